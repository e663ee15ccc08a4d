// ---- times: in the visitor's zone or in UTC, and "… ago" that stays true

let zone = stored.get('zone') === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

const format = options => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options })
const numeric = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }
let exact, clock

function useZone() {
  exact = format(numeric)
  clock = format({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

function parts(formatter, at) {
  return Object.fromEntries(formatter.formatToParts(at).map(p => [p.type, p.value]))
}

function exactly(iso) {
  const p = parts(exact, new Date(iso))
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}.${iso.slice(20, 26)}`
}

function clockOf(iso) {
  const p = parts(clock, new Date(iso))
  return `${p.month} ${p.day}, ${p.hour}:${p.minute}:${p.second}`
}

function ago(iso) {
  const seconds = (Date.now() - new Date(iso)) / 1000
  if (seconds < 1 && seconds >= -1) return 'now'
  const coarse = s => s < 60 ? `${Math.floor(s)} s`
    : s < 3600 ? `${Math.floor(s / 60)} min`
    : s < 86400 ? `${Math.floor(s / 3600)} h`
    : s < 86400 * 60 ? `${Math.floor(s / 86400)} d`
    : s < 86400 * 730 ? `${Math.floor(s / 86400 / 30.4)} months`
    : `${Math.floor(s / 86400 / 365.25)} years`
  return seconds < 0 ? `in ${coarse(-seconds)}` : `${coarse(seconds)} ago`
}

function showTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const iso = time.dateTime
    if (time.dataset.exact !== undefined) {
      time.textContent = exactly(iso)
      continue
    }
    time.title = `${exactly(iso)} ${zone}`
    if (time.dataset.minute !== undefined) time.textContent = clockOf(iso).slice(0, -3)
    const small = time.querySelector('[data-clock]')
    if (small) small.textContent = clockOf(iso)
  }
}

function showAges() {
  for (const element of document.querySelectorAll('[data-ago]')) {
    const text = ago(element.closest('time').dateTime)
    if (element.textContent !== text) element.textContent = text
  }
}

function nameZone() {
  for (const element of document.querySelectorAll('[data-zone-name]')) element.textContent = zone
  const label = document.querySelector('[data-zone] span')
  if (label) label.textContent = zone === 'UTC' ? 'UTC' : 'Local'
}

useZone()
nameZone()
showTimes(document)
setInterval(showAges, 1000)
htmx.onLoad(part => { showTimes(part); showAges() })

const zoneSwitch = document.querySelector('[data-zone]')
zoneSwitch.hidden = false
zoneSwitch.addEventListener('click', () => {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  zone = zone === 'UTC' ? local : 'UTC'
  stored.set('zone', zone === 'UTC' ? 'utc' : 'local')
  useZone()
  nameZone()
  showTimes(document)
  document.dispatchEvent(new Event('zone'))
})
