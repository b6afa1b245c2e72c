package enrich

import "strings"

// People write e-mail addresses so that machines do not see them: "jane (at) example [dot] com", "jane_at_example.com", "jane dot doe
// at example dot com". Words between blanks are found only where what stands around them can hardly be a sentence.

// ats are words for the at sign, each with the words that go with it for a dot.
var ats = [...]struct {
	at   string
	dots []string
}{
	{"at", []string{"dot", "punkt"}},
	{"ät", []string{"punkt", "dot"}}, // in brackets only
	{"arroba", []string{"punto", "ponto"}},
	{"arobase", []string{"point"}},
	{"chiocciola", []string{"punto"}},
	{"apenstaartje", []string{"punt"}},
}

// tops are the ends of domains that count when the dots are words.
var tops = wordSet(`com org net info biz edu gov eu de at ch li lu fr es pt it nl be uk ie us ca au nz pl cz se dk fi no gr br mx io dev app example test`)

// endings are those of files, no domains: "look_at_me.html".
var endings = wordSet(`html htm php asp aspx jsp pdf jpg jpeg png gif svg webp avif mp3 mp4 webm mov zip js css txt xml json doc docx xls xlsx csv md ico`)

// nobodies stand before "at" in a sentence.
var nobodies = wordSet(`a the look looking looks meet meeting job jobs work working works shop us live back life career careers arrive stay day night week view
	here now only is was are be and or up in out login sale available found new how what laugh aim one some but this that stare good great not than all
	sign signup buy read visit learn play start home event events talk talks team staff see sell sold best contact mail email e-mail write`)

// pointers stand behind "at" in a sentence.
var pointers = wordSet(`the this that a an one some any my your his her our their which no`)

// mailWords say that an address follows.
var mailWords = wordSet(`mail email e-mail contact kontakt write schreib write: an mailto correo courriel`)

// sign returns the length of what stands for an at sign at s[i]; 0: nothing does. bare says that no brackets are around the word, and dots are the
// words that go with it for a dot.
func sign(s string, i int) (length int, bare bool, dots []string) {
	switch b := s[i]; {
	case b == '@':
		return 1, false, nil
	case b == '(' || b == '[' || b == '{' || b == '<':
		if n := bracketed(s[i:], "@"); n > 0 {
			return n, false, nil
		}
		for _, a := range ats {
			if n := bracketed(s[i:], a.at); n > 0 {
				return n, false, a.dots
			}
		}
	case b == '&':
		for _, entity := range [...]string{"&#64;", "&#x40;", "&commat;"} {
			if len(s)-i >= len(entity) && strings.EqualFold(s[i:i+len(entity)], entity) {
				return len(entity), false, nil
			}
		}
	case isLetter(b) && mayBeSign(s, i):
		for _, a := range ats {
			n := len(a.at)
			if i+n < len(s) && s[i+n] == s[i-1] && strings.EqualFold(s[i:i+n], a.at) {
				return n, true, a.dots
			}
		}
	}
	return 0, false, nil
}

// mayBeSign says whether a word at s[i] may be one of ats: a quick look at what stands before it and its second letter.
func mayBeSign(s string, i int) bool {
	if i == 0 || i+2 >= len(s) || !isGap(s[i-1]) {
		return false
	}
	switch s[i+1] | 0x20 {
	case 't':
		return s[i+2] == s[i-1]
	case 'r', 'p', 'h':
		return true
	}
	return false
}

func isGap(b byte) bool { return b == ' ' || b == '_' || b == '-' }

// bracketed is the length of a word in brackets that s begins with, "(at)"; 0: it does not.
func bracketed(s, word string) int {
	n := len(word) + 2
	if len(s) < n || !strings.EqualFold(s[1:n-1], word) || strings.IndexByte(")]}>", s[n-1]) < 0 {
		return 0
	}
	return n
}

// bracketedDot is the length of a word for a dot in brackets that s begins with.
func bracketedDot(s string) int {
	for _, word := range [...]string{"dot", "punkt", "punto", "point", "punt", "ponto", "."} {
		if n := bracketed(s, word); n > 0 {
			return n
		}
	}
	return 0
}

// spelledOut is the address around a bare word for the at sign, s[at:past]: "jane_at_example.com"; its end is 0 for none.
func spelledOut(s string, from, at, past int, dots []string) find {
	gap := s[past]
	end, dotted := spelledDomain(s, past+1, gap, dots)
	if end == 0 {
		return find{}
	}
	start := wordBack(s, from, at-1, gap)
	last := s[start : at-1]
	if last == "" || nobodies[strings.ToLower(last)] {
		return find{}
	}
	for at-start < maxLook && start > from+2 && s[start-1] == gap { // "jane dot doe", "jane_doe"
		before := wordBack(s, from, start-1, gap)
		word := strings.ToLower(s[before : start-1])
		if isDot(word, dots) && before > from && s[before-1] == gap {
			start = wordBack(s, from, before-1, gap)
			dotted = true
			continue
		}
		if gap == ' ' {
			if !dotted && !mailWords[strings.TrimRight(word, ":")] && !isDottedName(last) {
				return find{}
			}
			return find{start, end, "email"}
		}
		if word == "" || nobodies[word] || before > 0 && s[before-1] == gap { // a slug
			return find{}
		}
		start = before
	}
	if !dotted && gap != '_' && !isDottedName(last) {
		return find{}
	}
	return find{start, end, "email"}
}

// wordBack is where the word that ends at s[end] begins: all of a local part but the gap.
func wordBack(s string, from, end int, gap byte) int {
	for least := max(from, end-64); end > least && isLocal(s[end-1]) && s[end-1] != gap; {
		end--
	}
	return end
}

func isDot(word string, dots []string) bool {
	for _, dot := range dots {
		if word == dot {
			return true
		}
	}
	return false
}

// isDottedName says whether s is a local part that no sentence has: "jane.doe", but not "Node.js".
func isDottedName(s string) bool {
	dot := strings.LastIndexAny(s, "._+")
	return dot > 0 && len(s)-dot > 3 && !endings[strings.ToLower(s[dot+1:])] && !tops[strings.ToLower(s[dot+1:])]
}

// spelledDomain is where the domain that begins at s[i] ends, its dots being words between gaps, or dots; 0 for none. dotted says that they are words.
func spelledDomain(s string, i int, gap byte, dots []string) (end int, dotted bool) {
	for at := i; ; {
		word := at
		for word < len(s) && isWord(s[word]) {
			word++
		}
		if word == at || word-i > 64 {
			break
		}
		if at > i && tops[strings.ToLower(s[at:word])] {
			end = word
		}
		if at == i && pointers[strings.ToLower(s[at:word])] || word >= len(s) || s[word] != gap {
			break
		}
		dot := word + 1
		for dot < len(s) && isLetter(s[dot]) {
			dot++
		}
		if dot >= len(s) || s[dot] != gap || !isDot(strings.ToLower(s[word+1:dot]), dots) {
			break
		}
		at = dot + 1
	}
	if end > 0 {
		return end, true
	}
	if end = domainEnd(s, i); end > 0 && strings.IndexByte(s[i:end], '.') > 0 && !endings[strings.ToLower(s[strings.LastIndexByte(s[:end], '.')+1:end])] {
		return end, false
	}
	return 0, false
}
