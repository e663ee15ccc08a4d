// ---- keyboard

const help = document.getElementById('keys')
const helpButton = choose('[data-help]')
helpButton.hidden = false
helpButton.addEventListener('click', () => help.showModal())

const writing = element => element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName)
  || element.tagName === 'INPUT' && !/^(checkbox|radio|button|submit)$/.test(element.type)

function search() {
  const field = all('[data-find]').find(input => input.offsetParent !== null && input.closest('main')) ?? all('[data-find]').find(input => input.offsetParent !== null)
  if (!field) return void location.assign('/tasks#search')
  field.focus()
  field.select()
}
if (location.hash === '#search') search()

function row(step) {
  const rows = all('main [data-rows] > *, main table.rows > tbody > tr').filter(row => row.offsetParent !== null)
  if (rows.length === 0) return
  const now = rows.findIndex(row => row.classList.contains('chosen'))
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + (now < 0 && step < 0 ? rows.length : step)))]
  rows[now]?.classList.remove('chosen')
  next.classList.add('chosen')
  next.scrollIntoView({ block: 'nearest' })
  choose('a[href], summary', next)?.focus({ preventScroll: true })
}

let going = 0 // until when a letter after g is a page
const keys = {
  '/': search,
  '?': () => help.showModal(),
  j: () => row(1),
  k: () => row(-1),
  g: () => { going = Date.now() + 1500 },
  l: () => (live ?? choose('[data-follow]'))?.click(),
  c: () => choose('[data-follow]')?.click(),
  f: () => choose('[data-facets-switch]')?.click(),
  y: () => choose('[data-copy=""]')?.click(),
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (event.key === 'Escape') {
    for (const menu of all('details.menu[open]')) { menu.open = false; choose('summary', menu).focus() }
    if (writing(event.target)) {
      event.preventDefault() // else a search field would lose its text
      event.target.blur()
    }
    return
  }
  if (writing(event.target) || help.open) return
  const page = Date.now() < going ? choose(`nav [data-key="${CSS.escape(event.key)}"]`) : null
  going = 0
  const work = page ? () => location.assign(page.href) : keys[event.key]
  if (!work) return
  event.preventDefault()
  work()
})
