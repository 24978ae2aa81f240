// Runs before anything is painted, so that no page flashes in the other theme.
{
  const chosen = localStorage.getItem('bailiwick.theme')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const theme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light'
  document.documentElement.dataset.mantineColorScheme = theme
}
