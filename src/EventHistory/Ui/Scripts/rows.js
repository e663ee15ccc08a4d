// ---- a list keeps itself up to date: rows that changed are replaced, all others stay as they are

const list = document.getElementById('list')
const live = choose('button[data-live]')

// what a person is in the middle of is left alone
function busy(element) {
  const selection = getSelection()
  return element.contains(document.activeElement) && document.activeElement !== document.body
    || !selection.isCollapsed && selection.containsNode(element, true)
    || element.querySelector('details[open]') !== null
}

function updateRows(fresh) {
  const body = choose('tbody', list)
  const freshBody = choose('tbody', fresh)
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
      if (old.classList.contains('chosen')) row.classList.add('chosen')
      if (old === place) place = place.nextElementSibling
      old.replaceWith(row)
    }
    body.insertBefore(row, place)
  }
  for (const gone of known.values()) if (!busy(gone)) gone.remove()
  const pager = choose('.pager', list)
  const freshPager = choose('.pager', fresh)
  if (pager && freshPager && !busy(pager)) pager.replaceWith(freshPager)
}

async function refreshRows() {
  if (document.hidden || live.getAttribute('aria-pressed') !== 'true') return
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html', 'x-part': 'rows' } })
    if (!answer.ok) throw new Error(answer.statusText)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    updateRows(page.getElementById('list'))
    live.classList.remove('lost')
  } catch {
    live.classList.add('lost')
  }
  showAges()
}

function every(milliseconds, work) {
  const again = async () => { await work(); setTimeout(again, milliseconds) }
  setTimeout(again, milliseconds)
}

if (live && list) {
  live.hidden = false
  live.addEventListener('click', () => {
    live.setAttribute('aria-pressed', live.getAttribute('aria-pressed') !== 'true')
    refreshRows()
  })
  every(2000, refreshRows)
}
