package enrich

// screens are the upper ends of the width classes, in CSS pixels.
var screens = [...]struct {
	to   int
	name string
}{
	{360, "1-360"}, {390, "361-390"}, {430, "391-430"}, {768, "431-768"}, {1024, "769-1024"},
	{1280, "1025-1280"}, {1440, "1281-1440"}, {1920, "1441-1920"},
}

// Screen is the class of a viewport width in CSS pixels, as "361-390"; empty when the width is not positive.
func Screen(width int) string {
	if width <= 0 {
		return ""
	}
	for _, s := range screens {
		if width <= s.to {
			return s.name
		}
	}
	return "1921+"
}
