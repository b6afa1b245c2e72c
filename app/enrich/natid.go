package enrich

import "strings"

// National identity numbers, by shape where the shape is theirs alone, else by the checksum that their authority defines. Numbers
// without either (nine digits, say) are told by the word before them only (natidContext).

// nationalWord is the end of a national number that is the word s[i:word], or begins with it and has its check letter behind a
// hyphen; 0 for none.
func nationalWord(s string, i, word int) int {
	w := s[i:word]
	switch len(w) {
	case 1: // Spain, a foreigner's number in parts: "X-1234567-L"
		if end := i + 11; end <= len(s) && ends(s, end) && s[i+1] == '-' && s[i+9] == '-' && isDNI(w+s[i+2:i+9]+s[i+10:end]) {
			return end
		}
	case 2: // "QQ 12 34 56 C"
		if end := i + 13; end <= len(s) && ends(s, end) && like(s[i:end], "LL 99 99 99 L") && isNINO(strings.ReplaceAll(s[i:end], " ", "")) {
			return end
		}
	case 6: // Finland: "131052-308T"
		if end := i + 11; end <= len(s) && ends(s, end) && strings.IndexByte("-+", s[word]) >= 0 && isHETU(s[i:end]) {
			return end
		}
	case 8: // Spain, with its letter behind a hyphen
		if end := word + 2; end <= len(s) && s[word] == '-' && ends(s, end) && isDNI(w+s[word+1:end]) {
			return end
		}
	case 9:
		if isNINO(w) || isDNI(w) {
			return word
		}
	case 11:
		if isHETU(w) || digits(w) && (isPESEL(w) || isCPF(w) || isTaxID(w) || isBelgian(w)) {
			return word
		}
	case 12:
		if digits(w) && (isSwedish(w) || w[0] >= '2' && verhoeff(w)) {
			return word
		}
	case 13:
		if like(w, "LLLL999999###") && isDay(w[6:8], w[8:10]) || digits(w) && w[:3] == "756" && ean(w) { // Mexico's RFC; Switzerland
			return word
		}
	case 15:
		if digits(w) && isNIR(w) {
			return word
		}
	case 16:
		if like(w, "LLLLLL99L99L999L") { // Italy's codice fiscale
			return word
		}
	case 18:
		if like(w, "LLLL999999LLLLLL#9") && isDay(w[6:8], w[8:10]) && strings.IndexByte("HMhm", w[10]) >= 0 { // Mexico's CURP
			return word
		}
	}
	return 0
}

// nationalNumber is the end of a national number written in groups of digits; 0 for none.
func nationalNumber(s string, m *numeral) int {
	if m.plus || m.n < 2 {
		return 0
	}
	for _, n := range [...]struct {
		lengths []int
		gaps    string // what stands before the second group and so on; a blank stands for a blank or a hyphen
		is      func(string) bool
	}{
		{[]int{2, 2, 2, 3, 2}, "..-.", isBelgian},
		{[]int{3, 4, 4, 2}, "...", func(n string) bool { return n[:3] == "756" && ean(n) }},
		{[]int{3, 3, 3, 2}, "..-", isCPF},
		{[]int{8, 4}, "-", isSwedish},
		{[]int{6, 4}, "-", func(n string) bool { return isSwedish("19" + n) }},
		{[]int{3, 3, 3}, "  ", func(n string) bool { return luhn(n) && n[0] != '8' }}, // Canada's SIN
		{[]int{4, 4, 4}, "  ", func(n string) bool { return n[0] >= '2' && verhoeff(n) }},
		{[]int{1, 2, 2, 2, 3, 3, 2}, "      ", isNIR},
		{[]int{2, 3, 3, 3}, "   ", isTaxID},
	} {
		if !m.shape(n.lengths...) {
			continue
		}
		var compact [20]byte
		number, fits := compact[:0], true
		for k, g := range m.groups[:len(n.lengths)] {
			number = append(number, s[g.start:g.end]...)
			if k > 0 {
				want := n.gaps[k-1]
				fits = fits && len(g.gap) == 1 && (g.gap[0] == want || want == ' ' && g.gap[0] == '-')
			}
		}
		if fits && n.is(string(number)) {
			return m.groups[len(n.lengths)-1].end
		}
	}
	return 0
}

// like says whether s has a shape: L is a letter, 9 a digit, # either, all else itself.
func like(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(shape) {
		b := s[i]
		switch shape[i] {
		case 'L':
			if !isLetter(b) {
				return false
			}
		case '9':
			if !isDigit(b) {
				return false
			}
		case '#':
			if !isWord(b) {
				return false
			}
		default:
			if b != shape[i] {
				return false
			}
		}
	}
	return true
}

// isDay says whether a month and a day of two digits each can be of a date.
func isDay(month, day string) bool {
	return month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// value is the number that the digits of s make, at most 18 of them.
func value(s string) (n int64) {
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}

// weighted is the sum of the digits of s, each times its weight.
func weighted(s string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// isNINO: United Kingdom, national insurance number, "QQ123456C".
func isNINO(s string) bool { return like(s, "LL999999L") && s[8]|0x20 <= 'd' }

// isDNI: Spain, eight digits and their letter, or the number of a foreigner, which begins with X, Y or Z for a digit.
func isDNI(s string) bool {
	number := []byte(s[:8])
	if at := strings.IndexByte("xyz", number[0]|0x20); at >= 0 {
		number[0] = byte('0' + at)
	}
	return len(s) == 9 && digits(string(number)) && isLetter(s[8]) && "trwagmyfpdxbnjzsqvhlcke"[value(string(number))%23] == s[8]|0x20
}

// isHETU: Finland, date of birth, a sign for the century, a number and a check character.
func isHETU(s string) bool {
	return len(s) == 11 && digits(s[:6]) && strings.IndexByte("-+ABCDEFYXWVU", s[6]) >= 0 && digits(s[7:10]) && isDay(s[2:4], s[:2]) &&
		"0123456789ABCDEFHJKLMNPRSTUVWXY"[value(s[:6]+s[7:10])%31] == s[10]
}

// isPESEL: Poland, date of birth with the century in the month, and a check digit.
func isPESEL(s string) bool {
	month := value(s[2:4]) % 20
	return month >= 1 && month <= 12 && s[4:6] >= "01" && s[4:6] <= "31" && weighted(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// isCPF: Brazil, nine digits and two check digits. Eleven digits alike are none.
func isCPF(s string) bool {
	check := func(sum int) byte { return byte('0' + sum*10%11%10) }
	return strings.Count(s, s[:1]) < 11 && check(weighted(s, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == s[9] && check(weighted(s, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == s[10]
}

// isTaxID: Germany, of the first ten digits one comes two or three times and the others once at most, and a check digit (ISO 7064, mod 11,10).
func isTaxID(s string) bool {
	if s[0] == '0' {
		return false
	}
	var count [10]int
	product, repeated := 10, 0
	for i := range 10 {
		d := int(s[i] - '0')
		if count[d]++; count[d] > 3 {
			return false
		}
		if count[d] == 2 {
			repeated++
		}
		sum := (d + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return repeated == 1 && byte('0'+(11-product)%10) == s[10]
}

// isBelgian: date of birth, a number and 97 less the remainder; from 2000 on with a 2 before.
func isBelgian(s string) bool {
	check := value(s[9:])
	return isDay(s[2:4], s[4:6]) && (97-value(s[:9])%97 == check || 97-value("2"+s[:9])%97 == check)
}

// isSwedish: date of birth of eight digits, a number and a check digit (Luhn, without the century).
func isSwedish(s string) bool {
	return (s[:2] == "19" || s[:2] == "20") && isDay(s[4:6], s[6:8]) && luhn(s[2:])
}

// isNIR: France, sex, year and month of birth, place, number, and 97 less the remainder.
func isNIR(s string) bool {
	return (s[0] == '1' || s[0] == '2') && s[3:5] >= "01" && s[3:5] <= "12" && 97-value(s[:13])%97 == value(s[13:])
}

// ean says whether the checksum of 13 digits is right (GS1), as Switzerland's numbers have it.
func ean(s string) bool { return weighted(s, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0 }

// verhoeff says whether the checksum of India's Aadhaar is right: J. Verhoeff, Error Detecting Decimal Codes, 1969.
func verhoeff(s string) bool {
	check := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		for range i % 8 {
			d = int("1576283094"[d] - '0')
		}
		check = dihedral(check, d)
	}
	return check == 0
}

// dihedral multiplies in the group of the symmetries of a pentagon: 0 to 4 turn it, 5 to 9 turn it over.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	}
	return (a - b + 5) % 5
}
