// ---- tasks over time: draw a stretch to look at it alone

htmx.onLoad(wireHistogram)
wireHistogram(document)

function wireHistogram(root) {
  const plot = choose('.histogram', root)
  if (!plot || plot.dataset.wired) return
  plot.dataset.wired = ''
  const drawing = choose('.drawing', plot)
  const buckets = Number(plot.dataset.buckets)
  const bucketAt = event => {
    const box = plot.getBoundingClientRect()
    return Math.min(buckets - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * buckets)))
  }
  let start = null
  let end = null

  plot.addEventListener('pointerdown', event => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.pointerType === 'touch') return
    start = end = bucketAt(event)
  })
  plot.addEventListener('dragstart', event => event.preventDefault())
  document.addEventListener('pointermove', event => {
    if (start === null) return
    end = bucketAt(event)
    drawing.hidden = start === end
    drawing.style.left = `${Math.min(start, end) / buckets * 100}%`
    drawing.style.width = `${(Math.abs(end - start) + 1) / buckets * 100}%`
  })
  document.addEventListener('pointerup', () => {
    if (start === null) return
    const [first, last] = [Math.min(start, end), Math.max(start, end)]
    start = null
    if (first === last) return // a click: its bar is a link
    const moment = bucket => new Date((Number(plot.dataset.from) + bucket * Number(plot.dataset.bucket)) * 1000).toISOString().slice(0, 19) + 'Z'
    plot.addEventListener('click', event => event.preventDefault(), { capture: true, once: true })
    const address = new URL(plot.dataset.address, location.origin)
    address.searchParams.set('from', moment(first))
    address.searchParams.set('to', moment(last + 1))
    location.assign(address)
  })
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    start = null
    drawing.hidden = true
  })
}
