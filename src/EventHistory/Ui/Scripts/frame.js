// ---- the frame: theme, menus, copying

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea') // plain HTTP: the old way
  area.value = text
  area.className = 'hidden'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

async function copyAndTell(button, text) {
  await copyText(text)
  const label = choose('span', button)
  const word = button.dataset.word ??= label.textContent
  label.textContent = 'Copied'
  setTimeout(() => { label.textContent = word }, 1500)
}

// data-copy: the text of the element with this id; empty: the address of this page. data-copy-link: an address
function wireCopies(root) {
  for (const button of all('[data-copy], [data-copy-link]', root)) button.hidden = false
}
wireCopies(document)
htmx.onLoad(wireCopies)
document.addEventListener('click', event => {
  const button = event.target.closest('[data-copy], [data-copy-link]')
  if (!button) return
  const { copy, copyLink } = button.dataset
  copyAndTell(button, copyLink ? new URL(copyLink, location).href : copy === '' ? location.href : document.getElementById(copy).textContent.trimEnd())
})

const themeSwitch = choose('[data-theme-switch]')
themeSwitch.hidden = false
themeSwitch.addEventListener('click', () => {
  const root = document.documentElement
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`
  document.dispatchEvent(new Event('theme'))
})

// a menu closes when anything else is chosen
document.addEventListener('click', event => {
  for (const menu of all('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false
})

// empty fields of a filter stay out of the address
document.addEventListener('formdata', event => {
  if (event.target.method !== 'get') return
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
})
