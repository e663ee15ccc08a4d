// ---- a filter is applied as soon as it is chosen

const filter = choose('form[data-filter]')
if (filter) {
  for (const input of all('input[type=checkbox], input[type=radio]', filter))
    input.addEventListener('change', () => { if (input.value !== 'custom') filter.requestSubmit() })
}

// the list of what can be filtered by takes no room on a phone, nor where it was closed before
const facets = choose('details[data-facets]')
if (facets) {
  facets.open = innerWidth > 1080 && stored.get('facets') !== 'closed'
  facets.addEventListener('toggle', () => { if (innerWidth > 1080) stored.set('facets', facets.open ? 'open' : 'closed') })
}
