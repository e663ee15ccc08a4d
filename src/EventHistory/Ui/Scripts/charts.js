// ---- charts: the picture that the server drew is replaced by one with axes, values under the pointer, and zoom

const seconds = s => {
  const round = (number, digits) => String(Number(number.toFixed(digits)))
  const size = Math.abs(s)
  return s == null ? '–' : size === 0 ? '0' : size < 0.001 ? `${round(s * 1000, 2)} ms` : size < 0.1 ? `${round(s * 1000, 1)} ms` : size < 0.9995 ? `${round(s * 1000, 0)} ms`
    : size < 10 ? `${round(s, 2)} s` : size < 60 ? `${round(s, 1)} s` : size < 3600 ? `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s` : `${round(s / 3600, 1)} h`
}
const units = {
  Count: n => n == null ? '–' : n.toLocaleString('en-US'),
  Number: n => n == null ? '–' : String(Number(n.toFixed(2))),
  Seconds: seconds,
  Bytes: n => n == null ? '–' : n < 1e3 ? `${n} B` : n < 1e6 ? `${Number((n / 1e3).toFixed(1))} kB` : n < 1e9 ? `${Number((n / 1e6).toFixed(1))} MB` : n < 1e12 ? `${Number((n / 1e9).toFixed(2))} GB` : `${Number((n / 1e12).toFixed(2))} TB`,
}
const inZone = options => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options })
const isoOf = s => new Date(Math.round(s) * 1000).toISOString().slice(0, 19) + 'Z'
const rangeWords = (from, to) => {
  const day = inZone({ day: 'numeric', month: 'short' }), time = inZone({ hour: '2-digit', minute: '2-digit' })
  const [a, b] = [new Date(from * 1000), new Date(to * 1000)]
  return day.format(a) === day.format(b) ? `${day.format(a)}, ${time.format(a)} – ${time.format(b)}` : `${day.format(a)}, ${time.format(a)} – ${day.format(b)}, ${time.format(b)}`
}

// the colours of the theme, as the legend shows them
const colourOf = element => getComputedStyle(element).color

function pointerNote(holder) {
  const note = document.createElement('div')
  note.className = 'chart-note'
  note.hidden = true
  holder.append(note)
  return {
    show(x, y, lines) {
      note.replaceChildren(...lines.map(([text, look, value]) => {
        const line = document.createElement('p')
        line.className = look ?? ''
        const name = document.createElement('span')
        name.textContent = text
        line.append(name)
        if (value !== undefined) {
          const number = document.createElement('b')
          number.textContent = value
          line.append(number)
        }
        return line
      }))
      note.hidden = false
      const width = holder.clientWidth
      note.style.left = `${Math.max(0, Math.min(width - note.offsetWidth, x > width / 2 ? x - note.offsetWidth - 14 : x + 14))}px`
      note.style.top = `${Math.max(0, y)}px`
    },
    hide() { note.hidden = true },
  }
}

// the places of values that have no neighbour: a line does not show them
const alone = values => values.flatMap((v, i) => v != null && values[i - 1] == null && values[i + 1] == null ? [i] : [])

// each series on top of those below it; drawn from the top down, so that every bar shows its own part only
function stacked(values) {
  const sums = new Array(values[0].length).fill(0)
  return values.map(series => series.map((v, i) => sums[i] += v ?? 0))
}

function drawChart(figure) {
  const spec = JSON.parse(figure.dataset.chart)
  const plot = choose('.plot', figure)
  const looks = all('.series li', figure)
  const colours = looks.map(key => colourOf(choose('.swatch', key)))
  const unit = units[spec.unit]
  const stack = spec.kind === 'Stack'
  const values = spec.series.map(s => s.values)
  // a bucket's number stands in its middle
  const times = values[0].map((_, i) => spec.from + (i + 0.5) * spec.bucket)
  const shown = stack ? stacked(values).reverse() : values
  const order = stack ? values.map((_, i) => values.length - 1 - i) : values.map((_, i) => i)
  const known = values.flat().filter(v => v > 0)
  const wide = spec.unit === 'Seconds' && known.length > 0 && Math.max(...known) / Math.min(...known) > 200
  const axis = { stroke: colourOf(choose('.ends', figure) ?? figure), grid: { stroke: getComputedStyle(figure).borderTopColor, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }
  const holder = document.createElement('div')
  holder.className = 'plot drawn'
  plot.replaceWith(holder)
  const note = pointerNote(holder)
  const bars = uPlot.paths.bars({ size: [0.82, 40], gap: 0 })
  const chart = new uPlot({
    width: Math.max(holder.clientWidth, 200),
    height: holder.clientHeight,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    tzDate: at => uPlot.tzDate(new Date(at * 1000), zone),
    cursor: { y: false, points: { show: !stack, size: 6 }, drag: { x: Boolean(spec.zoom), y: false, setScale: false, dist: 6 } },
    scales: {
      x: { time: true, range: [spec.from, spec.from + values[0].length * spec.bucket] },
      y: wide ? { distr: 3 } : { range: (_, least, most) => [0, most > 0 ? most * 1.06 : 1] },
    },
    axes: [
      { ...axis, space: 70, size: 24, values: (_, at, __, ___, step) => at.map(t => inZone(step < 60 ? { hour: '2-digit', minute: '2-digit', second: '2-digit' } : step < 86400 ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' }).format(new Date(t * 1000))) },
      { ...axis, size: 58, space: 34, values: (_, at) => at.map(v => v == null ? '' : spec.unit === 'Count' && v % 1 ? '' : unit(v)) },
    ],
    series: [{}, ...order.map(i => ({
      label: spec.series[i].label,
      stroke: stack ? null : colours[i],
      fill: stack ? colours[i] : null,
      width: stack ? 0 : 1.75,
      points: stack ? { show: false } : { show: () => false, filter: () => alone(values[i]), size: 5, width: 1, fill: colours[i] },
      ...(stack ? { paths: bars } : { spanGaps: false }),
    }))],
    hooks: {
      setCursor: [u => {
        const i = u.cursor.idx
        if (i == null || u.cursor.left < 0) return note.hide()
        const from = spec.from + i * spec.bucket
        note.show(u.cursor.left + u.bbox.left / devicePixelRatio, 4, [
          [rangeWords(from, from + spec.bucket)],
          ...spec.series.map((s, k) => [s.label, looks[k].className, unit(s.values[i])]),
        ])
      }],
      setSelect: [u => {
        if (!spec.zoom || u.select.width < 6) return
        const from = Math.floor(u.posToVal(u.select.left, 'x') / 60) * 60
        const to = Math.max(Math.ceil(u.posToVal(u.select.left + u.select.width, 'x') / 60) * 60, from + 60)
        location.assign(`${spec.zoom}from=${encodeURIComponent(isoOf(from))}&to=${encodeURIComponent(isoOf(to))}`)
      }],
    },
  }, [times, ...shown], holder)
  holder.setAttribute('role', 'img')
  holder.setAttribute('aria-label', choose('svg', plot)?.getAttribute('aria-label') ?? '')
  const size = new ResizeObserver(() => { if (holder.isConnected) chart.setSize({ width: Math.max(holder.clientWidth, 200), height: holder.clientHeight }) })
  size.observe(holder)
  figure.undraw = () => {
    size.disconnect()
    chart.destroy()
    holder.replaceWith(plot)
  }
}

// what the cell under the pointer stands for; a click leads to its tasks
function wireHeat(figure) {
  if (figure.dataset.wired) return
  figure.dataset.wired = 'true'
  const spec = JSON.parse(figure.dataset.heat)
  const map = choose('.heat-map', figure)
  const cells = choose('.cells', figure)
  const note = pointerNote(map)
  const at = event => {
    const box = cells.getBoundingClientRect()
    const column = Math.floor((event.clientX - box.left) / box.width * spec.columns.length)
    const rows = spec.columns[0].length
    const row = rows - 1 - Math.floor((event.clientY - box.top) / box.height * rows)
    const count = spec.columns[column]?.[row]
    return { from: spec.from + column * spec.bucket, least: spec.lowest * spec.step ** row, count, x: event.clientX - map.getBoundingClientRect().left, y: event.clientY - box.top }
  }
  cells.addEventListener('pointermove', event => {
    const cell = at(event)
    if (!cell.count) return note.hide()
    note.show(cell.x, cell.y - 30, [[rangeWords(cell.from, cell.from + spec.bucket)], [`${seconds(cell.least)} – ${seconds(cell.least * spec.step)}`, '', units.Count(cell.count)]])
  })
  cells.addEventListener('pointerleave', () => note.hide())
  cells.addEventListener('click', event => {
    const cell = at(event)
    if (!cell.count || !figure.dataset.tasks) return
    const milliseconds = s => Number((s * 1000).toPrecision(6))
    const range = `${milliseconds(cell.least)}ms..${milliseconds(cell.least * spec.step)}ms`
    location.assign(`/tasks?q=${encodeURIComponent(`${figure.dataset.tasks}${range} finished:${isoOf(cell.from)}..${isoOf(cell.from + spec.bucket)}`)}`)
  })
}

function drawCharts(root) {
  if (typeof uPlot === 'undefined') return
  for (const figure of all('[data-chart]', root)) if (!figure.undraw) drawChart(figure)
  for (const figure of all('[data-heat]', root)) wireHeat(figure)
}
function drawAgain() {
  for (const figure of all('[data-chart]')) {
    figure.undraw?.()
    delete figure.undraw
  }
  drawCharts(document)
}
htmx.onLoad(root => drawCharts(root.parentElement ?? document))
document.addEventListener('theme', drawAgain)
document.addEventListener('zone', drawAgain)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAgain)

// what refreshes itself waits while somebody points at it or has the focus in it
document.addEventListener('htmx:beforeRequest', event => {
  const { elt, requestConfig } = event.detail
  if (requestConfig.triggeringEvent?.type === 'load' || !elt.hasChildNodes() || requestConfig.verb !== 'get') return
  if (elt.matches(':hover') && choose('.chart:hover', elt) || elt.contains(document.activeElement) && elt !== document.activeElement) event.preventDefault()
})
