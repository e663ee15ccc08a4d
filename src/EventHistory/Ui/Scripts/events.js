// ---- the log as it is written: new events on top, until somebody says stop

const log = choose('[data-stream]')
const follow = choose('[data-follow]')
if (log && follow && log.dataset.stream) {
  const most = 500
  const template = choose('.log template')
  const looks = {
    'task-sent': 'pending', 'task-received': 'received', 'task-started': 'started', 'task-succeeded': 'success', 'task-failed': 'failure',
    'task-retried': 'retry', 'task-revoked': 'revoked', 'task-rejected': 'rejected',
  }
  const address = new URL(log.dataset.stream, location.origin)
  let stream = null
  let waiting = []

  // its body is the last thing in the message: taken as text, every digit of a number stays
  const bodyOf = text => text.slice(text.indexOf('"body":') + 7, -1)

  function line(text) {
    const e = JSON.parse(text)
    const row = template.content.firstElementChild.cloneNode(true)
    const look = looks[e.type] ?? 'custom'
    row.className = `s-${look} fresh`
    const use = choose('use', row)
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, '#' + look))
    choose('[data-type]', row).textContent = e.type
    choose('[data-host]', row).textContent = e.hostname ?? ''
    const place = choose('[data-position]', row)
    place.textContent = '#' + e.position
    row.id = 'e-' + e.position
    place.href += `${e.position}#${row.id}`
    choose('[data-copy-link]', row).dataset.copyLink = place.href
    wireCopies(row)
    if (e.occurred_at) {
      const time = document.createElement('time')
      time.dateTime = e.occurred_at
      time.dataset.exact = ''
      choose('[data-at]', row).replaceChildren(time)
    }
    const task = choose('[data-task]', row)
    if (e.task_id !== null) {
      task.hidden = false
      task.href = '/task/' + encodeURIComponent(e.task_id)
      task.title = e.task_id
      task.textContent = /^[0-9a-f-]{36}$/.test(e.task_id) ? e.task_id.slice(0, 8) : e.task_id.slice(0, 18)
    }
    choose('details', row).addEventListener('toggle', () => { choose('pre', row).textContent = bodyOf(text) }, { once: true })
    showTimes(row)
    return row
  }

  // drawn a few times a second, however fast they come
  function draw() {
    if (waiting.length === 0) return
    const rows = waiting.slice(-most).map(line).reverse()
    waiting = []
    choose('[data-empty]')?.remove()
    log.prepend(...rows)
    while (log.children.length > most && !busy(log.lastElementChild)) log.lastElementChild.remove()
  }

  function start() {
    stream = new EventSource(address)
    stream.onmessage = message => {
      if (!message.data) return
      address.searchParams.set('after', message.lastEventId)
      waiting.push(message.data)
      if (waiting.length > most * 2) waiting = waiting.slice(-most)
    }
    stream.onopen = () => follow.classList.remove('lost')
    stream.onerror = () => follow.classList.add('lost')
  }

  function stop() {
    stream?.close()
    stream = null
  }

  follow.hidden = false
  follow.addEventListener('click', () => {
    const goesOn = follow.getAttribute('aria-pressed') !== 'true'
    follow.setAttribute('aria-pressed', String(goesOn))
    follow.classList.remove('lost')
    if (goesOn) start()
    else stop()
  })
  addEventListener('pagehide', stop)
  setInterval(draw, 300)
  start()
}
