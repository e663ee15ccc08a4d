// What the pages do beyond links and forms. Every page works without it.
'use strict'

// ---- times: in the visitor's zone or in UTC, and "… ago" that stays true

const stored = {
  get: name => { try { return localStorage.getItem(name) } catch { return null } },
  set: (name, value) => { try { localStorage.setItem(name, value) } catch { /* private window: for this page only */ } },
}
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

// ---- the page keeps itself up to date: rows that changed are replaced, all others stay as they are

const list = document.getElementById('list')
const live = document.querySelector('button[data-live]')

function busy(element) {
  const selection = getSelection()
  return element.contains(document.activeElement) && document.activeElement !== document.body
    || !selection.isCollapsed && selection.containsNode(element, true)
    || element.querySelector('details[open]') !== null
}

function update(fresh) {
  const body = list.querySelector('tbody')
  const freshBody = fresh.querySelector('tbody')
  if (!body || !freshBody) {
    if (!busy(list)) list.replaceChildren(...fresh.childNodes)
    return
  }
  const known = new Map([...body.rows].map(row => [row.id, row]))
  let place = body.firstElementChild
  for (const row of [...freshBody.rows]) {
    const old = known.get(row.id)
    known.delete(row.id)
    if (old && (old.dataset.version === row.dataset.version || busy(old))) {
      if (old === place) place = place.nextElementSibling
      else body.insertBefore(old, place)
      continue
    }
    showTimes(row)
    row.classList.add('fresh')
    if (old) {
      if (old === place) place = place.nextElementSibling
      old.replaceWith(row)
      body.insertBefore(row, place)
    } else {
      body.insertBefore(row, place)
    }
  }
  for (const gone of known.values()) if (!busy(gone)) gone.remove()
  const pager = list.querySelector('.pager')
  const freshPager = fresh.querySelector('.pager')
  if (pager && freshPager && !busy(pager)) pager.replaceWith(freshPager)
}

async function refresh() {
  if (document.hidden || live.getAttribute('aria-pressed') !== 'true') return
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) throw new Error(answer.statusText)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    update(page.getElementById('list'))
    showStatus(page.getElementById('status').innerHTML)
    live.classList.remove('lost')
  } catch {
    live.classList.add('lost')
  }
  showAges()
}

function showStatus(html) {
  const status = document.getElementById('status')
  if (status.innerHTML !== html) status.innerHTML = html
}

async function refreshStatus() {
  if (document.hidden) return
  try {
    const answer = await fetch('/status')
    if (answer.ok) showStatus(await answer.text())
  } catch { /* the ages on the page tell that it is old */ }
  showAges()
}

function every(milliseconds, work) {
  const again = async () => { await work(); setTimeout(again, milliseconds) }
  setTimeout(again, milliseconds)
}

if (live) {
  live.hidden = false
  live.addEventListener('click', () => {
    live.setAttribute('aria-pressed', live.getAttribute('aria-pressed') !== 'true')
    refresh()
  })
  every(2000, refresh)
} else {
  every(5000, refreshStatus)
}

// ---- buttons

function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea') // plain HTTP: the old way
  area.value = text
  area.className = 'hidden'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
  return Promise.resolve()
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  const label = button.querySelector('span')
  const word = label.textContent
  button.addEventListener('click', async () => {
    await copy(document.getElementById(button.dataset.copy).textContent.trimEnd())
    label.textContent = 'Copied'
    setTimeout(() => { label.textContent = word }, 1500)
  })
}

const themeSwitch = document.querySelector('[data-theme-switch]')
themeSwitch.hidden = false
themeSwitch.addEventListener('click', () => {
  const root = document.documentElement
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`
})

const zoneSwitch = document.querySelector('[data-zone]')
zoneSwitch.hidden = false
zoneSwitch.addEventListener('click', () => {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  zone = zone === 'UTC' ? local : 'UTC'
  stored.set('zone', zone === 'UTC' ? 'utc' : 'local')
  useZone()
  nameZone()
  showTimes(document)
})

// a filter is applied as soon as it is chosen; empty fields stay out of the address
const filter = document.querySelector('form[data-filter]')
if (filter) {
  const send = () => filter.requestSubmit()
  for (const input of filter.querySelectorAll('input[type=checkbox], input[type=radio]'))
    input.addEventListener('change', () => { if (input.value !== 'custom') send() })
  filter.addEventListener('formdata', event => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
  })
  filter.addEventListener('submit', () => {
    if (filter.elements.range.value !== 'custom') filter.elements.from.value = filter.elements.to.value = ''
  })
}

document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return
  const search = document.querySelector('input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
})

useZone()
nameZone()
showTimes(document)
showAges()
if (!live) setInterval(showAges, 1000)
