package web

import (
	"net/url"
	"strings"

	"sandprint/app/report"
	"sandprint/views"
)

// readConditions reads the fields of conditions on properties: lists of names, operators and values, side by side. Lines
// that are blank but for the operator are left out.
func readConditions(values url.Values, name, op, value string) (list []views.Condition) {
	at := func(key string, i int) string {
		if i < len(values[key]) {
			return strings.TrimSpace(values[key][i])
		}
		return ""
	}
	for i := range max(len(values[name]), len(values[value])) {
		c := views.Condition{Name: at(name, i), Op: at(op, i), Value: at(value, i)}
		if c.Name != "" || c.Value != "" {
			list = append(list, c)
		}
	}
	return list
}

// propertyName keeps the separators of a filter plain in the name of a property.
var propertyName = strings.NewReplacer(`\`, `\\`, ":", `\:`)

// conditionFilter reads a condition as a filter. Several values stand between commas.
func conditionFilter(c views.Condition) (report.Filter, error) {
	value := c.Value
	if !strings.Contains(value, `\`) {
		var values []string
		for v := range strings.SplitSeq(value, ",") {
			if v = strings.TrimSpace(v); v != "" {
				values = append(values, v)
			}
		}
		value = strings.Join(values, ",")
	}
	return report.ParseFilter("prop:" + propertyName.Replace(c.Name) + ":" + c.Op + ":" + value)
}

// conditionFilters reads all conditions, or tells which one can't be read. One without a value asks for nothing.
func conditionFilters(list []views.Condition) (filters []report.Filter, err error) {
	for _, c := range list {
		if c.Value == "" {
			continue
		}
		f, err := conditionFilter(c)
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	return filters, nil
}
