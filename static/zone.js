// Fields for a time zone (data-zone) get the browser's own as their first value, and the browser's list of names.
const field = document.querySelector("[data-zone]")
if (field) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? ""
  const names = Intl.supportedValuesOf?.("timeZone") ?? []
  field.list?.replaceChildren(...names.map((name) => new Option(name)))
}
