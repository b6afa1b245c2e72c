// The rules that every page is held to: html-validate's recommended ones but for matters of style.
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "doctype-style": "off", // templ writes it small
    "void-style": "off", // and closes <br/>
    "no-trailing-whitespace": "off",
    "prefer-native-element": ["error", { exclude: ["region"] }], // a part that scrolls
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    "long-title": "off", // a title names a site and a table
    "no-implicit-button-type": "off", // a button of a form sends it, and others say so
    "form-dup-name": "off", // filters and tabs repeat their parameter, by contract
  },
}
