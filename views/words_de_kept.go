package views

import "maps"

func init() { maps.Copy(textsDE, keptDE) }

// keptDE are the German texts of how long things are kept.
var keptDE = map[string]string{
	"How long it is kept":            "Wie lange es gespeichert ist",
	"–":                              "–",
	"nothing was due":                "nichts war fällig",
	"%s removed":                     "%s entfernt",
	"%s months after the last visit": "%s Monate nach dem letzten Besuch",
	"until the site’s midnight; of imported visits as long as the visits": "bis Mitternacht der Website; bei eingelesenen Besuchen so lange wie die Besuche",
	"Numbers that visitors are recognised by":                             "Nummern, an denen Besucher wiedererkannt werden",
	"Visits, page views, events and their texts":                          "Besuche, Seitenaufrufe, Ereignisse und ihre Texte",
	"Totals of days, and what was not counted":                            "Summen von Tagen, und was nicht gezählt wurde",
	"written to stderr: as long as the system keeps it":                   "nach stderr geschrieben: so lange das System es behält",
	"each night, and at each sign-in":                                     "jede Nacht und bei jeder Anmeldung",
	"Sign-ins":                                                            "Anmeldungen",
	"30 days, 7 without use":                                              "30 Tage, 7 ohne Benutzung",
	"Links that set a password":                                           "Links, die ein Passwort setzen",
	"72 hours, or until used":                                             "72 Stunden, oder bis zur Benutzung",
	"Copies of everything on this machine":                                "Kopien von allem auf dieser Maschine",
	"the newest of 14 days, and of the weeks before; 35 days at most":     "die neueste von 14 Tagen und der Wochen davor; höchstens 35 Tage",
	"What is to stay erased, by numbers":                                  "Was gelöscht bleiben soll, als Nummern",
	"35 days, as long as a copy may have it":                              "35 Tage, so lange eine Kopie es haben kann",
	"Temporary files of exports and copies":                               "Temporäre Dateien von Exporten und Kopien",
	"until it is done; what is left goes at the next start":               "bis es erledigt ist; was bleibt, verschwindet beim nächsten Start",
	"Service log, without visitors":                                       "Dienstprotokoll, ohne Besucher",
	"a file a day, by itself":                                             "eine Datei am Tag, von selbst",
	"Receipts of erasures, which name nobody":                             "Belege von Löschungen, die niemanden nennen",
	"as long as the instance":                                             "so lange wie die Instanz",
	"There was no nightly round yet.":                                     "Es gab noch keinen nächtlichen Durchgang.",
	"The last nightly round ended on %s UTC.":                             "Der letzte nächtliche Durchgang endete am %s UTC.",
	"Kept for":                        "Gespeichert für",
	"Oldest there is":                 "Ältestes, das da ist",
	"Last night":                      "Letzte Nacht",
	"Limits for all sites, in months": "Grenzen für alle Websites, in Monaten",
	"Audit log, exactly":              "Protokoll, genau",
	"No site may keep longer. Saving changes the settings of those that do; what is too old then goes with the next nightly round.":                        "Keine Website darf länger speichern. Das Speichern ändert die Einstellungen derer, die es tun; was dann zu alt ist, verschwindet mit dem nächsten nächtlichen Durchgang.",
	"Last night’s round failed, so something may be kept that is too old. “sandprint doctor” says what; “sandprint maintain” does it again.":               "Der letzte nächtliche Durchgang ist fehlgeschlagen, daher kann etwas gespeichert sein, das zu alt ist. „sandprint doctor“ sagt, was; „sandprint maintain“ macht es noch einmal.",
	"Nothing is removed for its age, because the clock of the machine looks wrong. “sandprint doctor” says why, and what to do.":                           "Nichts wird wegen seines Alters entfernt, weil die Uhr der Maschine falsch aussieht. „sandprint doctor“ sagt, warum und was zu tun ist.",
	"There was no nightly round for two days, so something may be kept that is too old. Have “sandprint serve” run at night, or run “sandprint maintain”.": "Seit zwei Tagen gab es keinen nächtlichen Durchgang, daher kann etwas gespeichert sein, das zu alt ist. Lassen Sie „sandprint serve“ nachts laufen oder führen Sie „sandprint maintain“ aus.",
	"Whoever runs this instance allows %d months at most.":                        "Wer diese Instanz betreibt, erlaubt höchstens %d Monate.",
	"This is a number of months from %d to %d.":                                   "Das ist eine Zahl von Monaten von %d bis %d.",
	"How long everything is kept on this instance, and the limits for its sites.": "Wie lange alles auf dieser Instanz gespeichert ist, und die Grenzen für ihre Websites.",
}
