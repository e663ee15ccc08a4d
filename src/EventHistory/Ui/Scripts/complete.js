// ---- the search field says what may come next: qualifiers, their values, and keys of keyword arguments

const completion = choose('[data-complete]')
if (completion) {
  const input = choose('input', completion)
  const box = document.createElement('ul')
  box.id = 'words'
  box.className = 'words'
  box.setAttribute('role', 'listbox')
  box.setAttribute('aria-label', 'What may come next')
  box.hidden = true
  completion.append(box)
  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-autocomplete', 'list')
  input.setAttribute('aria-controls', 'words')
  input.setAttribute('aria-expanded', 'false')
  const most = 12
  let words = null
  let place = -1

  // the keys that tasks of the names in the field have; asked for once for each text beside the word
  const keys = new Map()
  const keysBeside = async ({ start, end }) => {
    const beside = (input.value.slice(0, start) + input.value.slice(end)).trim()
    if (!keys.has(beside)) keys.set(beside, await fetch(`${completion.dataset.keys}?q=${encodeURIComponent(beside)}`).then(answer => answer.ok ? answer.json() : []).catch(() => []))
    words.values.kwargs = keys.get(beside)
  }
  const isKey = text => /^kwargs:[^="*,]*$/i.test(text)

  const known = async () => words ??= await fetch(completion.dataset.complete).then(answer => answer.ok ? answer.json() : null).catch(() => null)

  // the word that is being written: from the last blank outside of quotes to the cursor
  function current() {
    const before = input.value.slice(0, input.selectionStart)
    let start = 0
    let quoted = false
    for (let i = 0; i < before.length; i++) {
      if (before[i] === '"' && before[i - 1] !== '\\') quoted = !quoted
      else if (!quoted && /[\s()]/.test(before[i])) start = i + 1
    }
    const word = before.slice(start)
    const minus = /^-*/.exec(word)[0]
    return { start: start + minus.length, text: word.slice(minus.length), end: input.selectionStart }
  }

  const quote = value => /[\s()"\\*,]/.test(value) ? `"${value.replace(/[\\"]/g, '\\$&')}"` : value
  const whole = new Set(['name', 'worker', 'queue'])

  function offers({ text }) {
    const colon = text.indexOf(':')
    if (colon < 0) {
      const part = text.toLowerCase()
      return words.qualifiers.filter(q => q.name.startsWith(part) && part !== '' || part === '')
        .map(q => ({ insert: q.name + ':', label: q.name + ':', hint: q.hint }))
    }
    const name = text.slice(0, colon).toLowerCase()
    if (name === 'kwargs' && !isKey(text)) return []
    const values = words.values[name]
    if (!values) return []
    const given = text.slice(colon + 1)
    const comma = given.lastIndexOf(',')
    const head = given.slice(0, comma + 1)
    const part = given.slice(comma + 1).replace(/^=?"?/, '').toLowerCase()
    return values.filter(v => v.toLowerCase().includes(part) && (name === 'kwargs' || v.toLowerCase() !== part))
      .sort((a, b) => b.toLowerCase().startsWith(part) - a.toLowerCase().startsWith(part))
      .map(v => ({ insert: name === 'kwargs' ? `${name}:${v}=` : `${name}:${head}${whole.has(name) ? '=' : ''}${quote(v)} `, label: name === 'kwargs' ? v + '=' : v, hint: '' }))
  }

  function close() {
    box.hidden = true
    place = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }

  function mark(next) {
    const items = [...box.children]
    if (items.length === 0) return
    items[place]?.removeAttribute('aria-selected')
    place = (next + items.length) % items.length
    items[place].setAttribute('aria-selected', 'true')
    items[place].scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', items[place].id)
  }

  async function offer() {
    if (!await known()) return
    if (isKey(current().text)) await keysBeside(current())
    if (document.activeElement !== input) return
    const found = offers(current()).slice(0, most)
    if (!box.hidden && found.map(word => word.insert).join('\n') === [...box.children].map(item => item.dataset.insert).join('\n')) return // what is marked stays so
    box.replaceChildren(...found.map((word, i) => {
      const item = document.createElement('li')
      item.id = `word-${i}`
      item.setAttribute('role', 'option')
      item.dataset.insert = word.insert
      const label = document.createElement('b')
      label.textContent = word.label
      const hint = document.createElement('span')
      hint.textContent = word.hint
      item.append(label, hint)
      return item
    }))
    place = -1
    box.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    input.removeAttribute('aria-activedescendant')
  }

  function take(item) {
    const { start, end } = current()
    const insert = item.dataset.insert
    input.setRangeText(insert, start, end, 'end')
    close()
    if (insert.endsWith(':')) offer()
  }

  input.addEventListener('input', offer)
  input.addEventListener('focus', offer)
  input.addEventListener('click', offer)
  input.addEventListener('blur', () => setTimeout(close, 150))
  box.addEventListener('mousedown', event => {
    event.preventDefault() // the field keeps the focus
    const item = event.target.closest('li')
    if (item) take(item)
  })
  input.addEventListener('keydown', event => {
    if (box.hidden) {
      if (event.key === 'ArrowDown') offer()
      return
    }
    if (event.key === 'ArrowDown') mark(place + 1)
    else if (event.key === 'ArrowUp') mark(place < 0 ? -1 : place - 1)
    else if ((event.key === 'Enter' || event.key === 'Tab') && place >= 0) take(box.children[place])
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
  })
}
