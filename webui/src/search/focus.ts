/** Puts the keyboard into the search field, wherever it stands. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>(".search input");
  field?.focus();
  field?.select();
}
