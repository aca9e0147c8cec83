// Numbers as the page writes them: in its language, with the digits that its reader chose (data-digits of the page).

export function written(number) {
  const { lang, dataset } = document.documentElement;
  return new Intl.NumberFormat(lang, { numberingSystem: dataset.digits }).format(number);
}
