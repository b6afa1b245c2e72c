package views

import "maps"

func init() { maps.Copy(textsDE, modesDE) }

// modesDE are the German texts about how visitors are recognised.
var modesDE = map[string]string{
	"Nothing is counted until your consent banner calls sandprint('consent', true); then by cookie.":                                     "Nichts wird gezählt, bis Ihr Einwilligungsbanner sandprint('consent', true) aufruft; dann mit Cookie.",
	"Without cookies, and with one after consent":                                                                                        "Ohne Cookies, und mit einem nach Einwilligung",
	"As without cookies until your banner calls sandprint('consent', true); then by cookie, and the visit that goes on stays one visit.": "Wie ohne Cookies, bis Ihr Banner sandprint('consent', true) aufruft; dann mit Cookie, und der laufende Besuch bleibt ein Besuch.",
	"Before consent can't be counted as %s.":                                                                                             "Vor der Einwilligung kann nicht als %s gezählt werden.",
	"It is nothing or cookieless.":                                                                                                       "Es ist nothing oder cookieless.",
	"Visitors who consent are recognised by a first-party cookie; the others within a day.":                                              "Besucher, die zustimmen, werden durch ein eigenes Cookie erkannt; die anderen innerhalb eines Tages.",
	"Visitors who consent are recognised by a first-party cookie; the others are not counted.":                                           "Besucher, die zustimmen, werden durch ein eigenes Cookie erkannt; die anderen werden nicht gezählt.",
	"Counted by first-party cookie, after consent only":                                                                                  "Gezählt mit eigenem Cookie, nur nach Einwilligung",
	"visitors are counted per day: the same person on two days is two":                                                                   "Besucher zählen je Tag: Derselbe Mensch an zwei Tagen sind zwei",
	"visitors are counted per day: the same person on two days is two; %s of the visits are from when there was a cookie":                "Besucher zählen je Tag: Derselbe Mensch an zwei Tagen sind zwei; %s der Besuche sind aus der Zeit mit Cookie",
	"how many did not consent is not known; %s of the visits are from browsers that forget a cookie after 7 days (Safari)":               "wie viele nicht zustimmten, ist unbekannt; %s der Besuche sind mit Browsern, die ein Cookie nach 7 Tagen vergessen (Safari)",
	"%s of the visits consented; the others are counted per day: the same person on two days is two":                                     "%s der Besuche mit Einwilligung; die anderen zählen je Tag: Derselbe Mensch an zwei Tagen sind zwei",
	"%s of the visits are from browsers that forget it after 7 days (Safari), %s had none and are counted per day":                       "%s der Besuche sind mit Browsern, die es nach 7 Tagen vergessen (Safari), %s hatten keines und zählen je Tag",
	"%s of the visits are from browsers that forget it after 7 days (Safari)":                                                            "%s der Besuche sind mit Browsern, die es nach 7 Tagen vergessen (Safari)",
}
