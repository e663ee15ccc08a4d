// What the pages do beyond links and forms. Every page works without it. The files of this folder are one script, in the order of their names.
'use strict'

// what is loaded later may itself be what is looked for
const choose = (selector, root = document) => root.matches?.(selector) ? root : root.querySelector(selector)
const all = (selector, root = document) => [...root.matches?.(selector) ? [root] : [], ...root.querySelectorAll(selector)]

// Nobody looks at a hidden page: what it asks for again and again waits until it is seen.
document.addEventListener('htmx:beforeRequest', event => {
  if (document.hidden && event.detail.elt.getAttribute('hx-trigger')?.startsWith('every')) event.preventDefault()
})

// What this browser remembers.
const stored = {
  get: name => { try { return localStorage.getItem(name) } catch { return null } },
  set: (name, value) => { try { localStorage.setItem(name, value) } catch { /* private window: for this page only */ } },
}
