package report

import (
	"context"
	"strings"

	"sandprint/app/store"
)

// Affected tells what of a period a rule about pages or a country would have been about.
type Affected struct {
	Rule     string   // the pattern, or the country's code
	Pages    int      // different pages; of a country 0
	Views    int      // their page views
	Examples []string // some of the pages, the most viewed first
}

// affectedExamples is how many pages are named of each rule.
const affectedExamples = 5

// RunAffected tells for each of some patterns (* within a level, ** across, with a slash at the end or without) which pages of a period it would have been about. A
// page is the first pattern's that it matches, whatever its query; pages that are a group already are not its own.
func RunAffected(ctx context.Context, site store.Reader, period Period, patterns []string) ([]Affected, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	rows, err := viewsBy(ctx, site, period, "page")
	if err != nil {
		return nil, err
	}
	list := make([]Affected, len(patterns))
	for i := range list {
		list[i].Rule = patterns[i]
	}
	for _, row := range rows {
		path, _, _ := strings.Cut(row.Name, "?")
		for i := range list {
			if path == patterns[i] && strings.Contains(path, "*") {
				break // what the rule has made
			}
			if matchRule(patterns[i], path) {
				list[i].add(row)
				break
			}
		}
	}
	return list, nil
}

// matchRule reports whether a path is as an owner's rule says, as the door has it: matchPattern, and a slash at the end makes no difference.
func matchRule(pattern, path string) bool {
	pattern = strings.TrimSuffix(pattern, "/")
	return matchPattern(pattern, path) || matchPattern(pattern+"/", path)
}

// add adds a page that the rule would have been about.
func (a *Affected) add(row Row) {
	a.Pages++
	a.Views += int(row.Values[0].Number)
	if len(a.Examples) < affectedExamples {
		a.Examples = append(a.Examples, row.Name)
	}
}

// RunAffectedCountries tells for each of some countries how many page views of a period came from it.
func RunAffectedCountries(ctx context.Context, site store.Reader, period Period, codes []string) ([]Affected, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	rows, err := viewsBy(ctx, site, period, "country")
	if err != nil {
		return nil, err
	}
	views := map[string]int{}
	for _, row := range rows {
		views[row.Name] = int(row.Values[0].Number)
	}
	list := make([]Affected, len(codes))
	for i, code := range codes {
		list[i] = Affected{Rule: code, Views: views[code]}
	}
	return list, nil
}

// viewsBy returns all rows by a dimension with their page views, the most first.
func viewsBy(ctx context.Context, site store.Reader, period Period, by Dimension) ([]Row, error) {
	answer, err := Run(ctx, site, Query{Period: period, By: by, Metrics: []Metric{Pageviews}})
	return answer.Rows, err
}
