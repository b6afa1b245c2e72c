package enrich

import "strings"

// birthEnd is the end of a date that begins at s[i], after a label that says that it is one of birth: "DOB 1987-06-05", "geboren am
// 5.6.1987", "Date of birth: July 23, 1985".
func birthEnd(s string, i int, l label) int {
	if l.start < i { // a month stands before the day
		day := dayEnd(s, i)
		if day == 0 {
			return 0
		}
		return yearEnd(s, skip(s, day, ", "))
	}
	if end := dateEnd(s, i); end > 0 {
		return end
	}
	at := dayEnd(s, i)
	if at == 0 {
		return 0
	}
	at = skip(s, at, " .-")
	at = skipOf(s, at)
	month := at
	for at < len(s) && (isLetter(s[at]) || s[at] >= 0x80) {
		at++
	}
	if lookUp(s[month:at]).link != monthLink {
		return 0
	}
	return yearEnd(s, skipOf(s, skip(s, at, " .,-")))
}

// dayEnd is the end of a day of the month, one or two digits and "st", "th" and the like.
func dayEnd(s string, i int) int {
	end := i
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == i || end-i > 2 {
		return 0
	}
	for _, ordinal := range [...]string{"st", "nd", "rd", "th", "er"} {
		if strings.HasPrefix(s[end:], ordinal) {
			end += 2
			break
		}
	}
	if !ends(s, end) {
		return 0
	}
	return end
}

// yearEnd is the end of a year at s[i] in which somebody who lives was born.
func yearEnd(s string, i int) int {
	if i+4 <= len(s) && ends(s, i+4) && isYear(s[i:i+4]) {
		return i + 4
	}
	return 0
}

// skip returns where the first three signs of a set at s[i:] end.
func skip(s string, i int, signs string) int {
	for n := 0; n < 3 && i < len(s) && strings.IndexByte(signs, s[i]) >= 0; n++ {
		i++
	}
	return i
}

// skipOf skips what stands between a day, a month and a year: "23 de julio de 1985", "23rd of July 1985".
func skipOf(s string, i int) int {
	if strings.HasPrefix(s[i:], "de ") || strings.HasPrefix(s[i:], "of ") {
		return i + 3
	}
	return i
}

// bornAfter says whether a word for birth follows the date that ends at s[end]: "23.07.1985 geboren", "23/07/1985 (DOB)". Words that
// begin titles do not count: "2024-05-01 Birthday party".
func bornAfter(s string, end int) bool {
	at := skip(s, end, " -_(,")
	start := at
	for at < len(s) && (isLetter(s[at]) || s[at] >= 0x80) {
		at++
	}
	if at == start || start == end || at-start > 13 {
		return false
	}
	word := strings.ToLower(s[start:at])
	if s[end] == '-' && at < len(s) && s[at] == '-' { // a slug goes on
		return false
	}
	if word == "nato" || word == "nata" { // no summit
		next := wordAt(s, skip(s, at, " "))
		return s[start] == 'n' && (next == "a" || next == "in" || next == "il" || next == "nel")
	}
	return bornWords[word] || word == "date" && strings.HasPrefix(strings.ToLower(s[at:]), " of birth")
}

// bornWords follow a date of birth.
var bornWords = wordSet(`geboren geb dob geburtsdatum geboortedatum né née nacido nacida`)

// dateEnd is the end of a date of digits: "1987-06-05", "5.6.1987", "19870605"; 0 for none.
func dateEnd(s string, i int) int {
	m := numeralAt(s, i)
	if m.n == 0 {
		return 0
	}
	length := func(k int) int { return m.groups[k].end - m.groups[k].start }
	if length(0) == 8 {
		return m.groups[0].end
	}
	if m.n < 3 || m.groups[1].gap != m.groups[2].gap || strings.Trim(m.groups[1].gap, "-./ ") != "" || length(1) > 2 {
		return 0
	}
	if length(0) == 4 && length(2) <= 2 || length(0) <= 2 && (length(2) == 4 || length(2) == 2) {
		return m.groups[2].end
	}
	return 0
}
