package web

import (
	"strings"

	"sandprint/app/problem"
	"sandprint/views"
)

// checkCountries refuses codes of countries that there are not.
func checkCountries(codes []string) error {
	for _, code := range codes {
		if len(code) == 2 && views.English.Countries[strings.ToUpper(code)] == "" {
			return problem.BadField("excluded_countries", "bad_country", "“"+code+"” is no country's code.").
				WithHint("The codes are those of ISO 3166-1, such as DE, US or GB.")
		}
	}
	return nil
}
