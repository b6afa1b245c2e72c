package enrich

import "strings"

// Postcodes that lead to a few houses. Those of an area, as "10115" or "94103", are no personal data.

// postcodeAreas are the letters that postcodes of the United Kingdom begin with.
var postcodeAreas = func() map[string]bool {
	areas := map[string]bool{}
	for _, area := range strings.Fields(`AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E
		EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN
		NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF
		WN WR WS WV YO ZE`) {
		areas[area] = true
	}
	return areas
}()

// units are what stands behind a number and is no postcode of the Netherlands then: "1080HD", "2024EU".
const units = " AD AH AM BC BP CM DE DM DP EU FR GB GR HD HP HZ KB KG KM KW LB MB MG MH ML MM MP MS NA ND NM OZ PC PM PS PT PX RD ST TB TH UK US VA "

// isPostcode says whether a segment is a postcode that leads to a few houses, with a house's number behind it or not: "SW1A 1AA",
// "sw1a-1aa-10", "1012AB-12".
func isPostcode(s string) bool {
	if len(s) < 5 || len(s) > 16 || !isWord(s[0]) {
		return false
	}
	if isDigit(s[0]) {
		return isDutch(s)
	}
	return (isDigit(s[1]) || isDigit(s[2])) && isBritish(s)
}

// isDutch: four digits and two capital letters. Without a house's number, letters that are a unit don't count.
func isDutch(s string) bool {
	if len(s) < 6 || !digits(s[:4]) || s[0] == '0' {
		return false
	}
	rest := s[4:]
	if rest[0] == ' ' || rest[0] == '-' {
		rest = rest[1:]
	}
	if len(rest) < 2 || !isUpper(rest[0]) || !isUpper(rest[1]) {
		return false
	}
	return isHouse(rest[2:]) || len(rest) == 2 && !strings.Contains(units, " "+rest+" ")
}

// isBritish: area, district and unit (BS 7666), as "SW1A 1AA"; without the blank too.
func isBritish(s string) bool {
	s = strings.ToUpper(s)
	letters := 0
	for letters < len(s) && isLetter(s[letters]) {
		letters++
	}
	if letters > 2 || !postcodeAreas[s[:letters]] {
		return false
	}
	for district := letters + 1; district <= letters+2 && district < len(s); district++ {
		if !isDigit(s[letters]) || !isWord(s[district-1]) {
			return false
		}
		rest := s[district:]
		if rest[0] == ' ' || rest[0] == '-' || rest[0] == '+' {
			rest = rest[1:]
		}
		if len(rest) >= 3 && isDigit(rest[0]) && isUnitLetter(rest[1]) && isUnitLetter(rest[2]) && (len(rest) == 3 || isHouse(rest[3:])) {
			return true
		}
	}
	return false
}

// isUnitLetter says whether b may stand in the last two letters of a British postcode.
func isUnitLetter(b byte) bool { return isUpper(b) && strings.IndexByte("CIKMOV", b) < 0 }

// isHouse says whether s is a house's number behind a postcode, "-12" or " 12a".
func isHouse(s string) bool {
	return len(s) >= 2 && len(s) <= 6 && (s[0] == '-' || s[0] == ' ' || s[0] == '/') && isHouseNumber(s[1:])
}

// isHouseNumber says whether s is one to four digits, and a letter perhaps.
func isHouseNumber(s string) bool {
	if n := len(s); n > 1 && isLetter(s[n-1]) {
		s = s[:n-1]
	}
	return len(s) >= 1 && len(s) <= 4 && digits(s)
}
