package views

import "maps"

func init() { maps.Copy(textsDE, refusedDE) }

// refusedDE are the German texts of what can't be done just now, of damage and a full disk, and of what is refused as it was typed.
var refusedDE = map[string]string{
	"The file of this site is damaged and can't be read.": "Die Datei dieser Website ist beschädigt und kann nicht gelesen werden.",
	"Whoever runs Sandprint finds out more with “sandprint doctor”, and gets the site back from a backup with “sandprint restore”.": "Wer Sandprint betreibt, erfährt mit „sandprint doctor“ mehr und bekommt die Website mit „sandprint restore“ aus einer Kopie zurück.",
	"The disk is full, so this could not be written down.":                                                           "Die Platte ist voll, daher konnte das nicht festgehalten werden.",
	"Whoever runs Sandprint makes room. Then ask for it again: what was begun goes on, and nothing is erased twice.": "Wer Sandprint betreibt, schafft Platz. Verlangen Sie es dann noch einmal: Was begonnen wurde, geht weiter, und nichts wird zweimal gelöscht.",
	"What this question was about to count is being erased.":                                                         "Was diese Frage zählen wollte, wird gerade gelöscht.",
	"Ask again in a moment.": "Fragen Sie gleich noch einmal.",

	"The %s has characters that can't be shown.": "Der Text (%s) enthält Zeichen, die sich nicht zeigen lassen.",
	"The %s is too long.":                        "Der Text (%s) ist zu lang.",
	"A %s is empty.":                             "Ein Eintrag ist leer (%s).",
	"Fill it in or take it out.":                 "Füllen Sie ihn aus oder nehmen Sie ihn heraus.",
	"name of the controller":                     "Name des Verantwortlichen",
	"name of the segment":                        "Name des Segments",
	"name of the token":                          "Name des Tokens",
	"name of the customer":                       "Name des Kunden",
	"group of pages":                             "Gruppe von Seiten",
	"path pattern":                               "Muster eines Pfads",
	"query key":                                  "Abfrageschlüssel",
	"network":                                    "Netz",
	"host":                                       "Host",

	"This is a number of days from %d to %d.":                        "Das ist eine Zahl von Tagen von %d bis %d.",
	"Choose one of the list.":                                        "Wählen Sie eine aus der Liste.",
	"You have several customers: it isn't clear whose site this is.": "Sie gehören zu mehreren Kunden: Es ist nicht klar, wessen Website das ist.",
	"The ways are cookie, cookieless and consent.":                   "Es gibt cookie, cookieless und consent.",
	"Of an address such as /search?q=kettle it is q.":                "Bei einer Adresse wie /search?q=kettle ist es q.",
	"%s can't be the query key of a search.":                         "%s kann nicht der Abfrageschlüssel einer Suche sein.",
	"Set one of the two.":                                            "Setzen Sie eines von beiden.",
	"The goal %s is to be either an event or a page.":                "Das Ziel %s soll entweder ein Ereignis oder eine Seite sein.",
	"The text is empty.":                                             "Der Text ist leer.",
	"Write it, or leave the page.":                                   "Schreiben Sie ihn, oder verlassen Sie die Seite.",
	"The text has more than 50,000 bytes or 1,000 lines.":            "Der Text hat mehr als 50.000 Bytes oder 1.000 Zeilen.",

	"Use source, channel, referrer, utm_source, utm_medium, utm_campaign, utm_content or utm_term.": "Nehmen Sie source, channel, referrer, utm_source, utm_medium, utm_campaign, utm_content oder utm_term.",
	"The difference of %s can't be shared out among rows.":                                          "Der Unterschied von %s lässt sich nicht auf Zeilen aufteilen.",
	"Ask by fewer at once.":                                                    "Fragen Sie nach weniger auf einmal.",
	"There are more than %d dimensions.":                                       "Es sind mehr als %d Dimensionen.",
	"Ask by goal.":                                                             "Fragen Sie nach goal.",
	`By "did" there are filters only, no rows.`:                                "Nach „did“ gibt es nur Filter, keine Zeilen.",
	"Ask for a shorter period, or by month.":                                   "Fragen Sie nach einem kürzeren Zeitraum oder nach Monaten.",
	"The period has more than %d of the cohorts by %s.":                        "Der Zeitraum hat mehr als %d der Kohorten nach %s.",
	"The filter %s has not the three parts that it needs.":                     "Dem Filter %s fehlt einer der drei Teile, die er braucht.",
	"The filter %s names a property of more than %d bytes.":                    "Der Filter %s nennt eine Eigenschaft von mehr als %d Bytes.",
	"The filter %s names %s, by which nothing can be filtered.":                "Der Filter %s nennt %s, wonach nicht gefiltert werden kann.",
	"The filter %s has no known operator: %s.":                                 "Der Filter %s hat keinen bekannten Operator: %s.",
	"The filter %s has an empty value; what is not known is called (not set).": "Der Filter %s hat einen leeren Wert; was nicht bekannt ist, heißt (not set).",
	"The filter %s has a value of more than %d bytes.":                         "Der Filter %s hat einen Wert von mehr als %d Bytes.",
	"The filter %s has more than %d values.":                                   "Der Filter %s hat mehr als %d Werte.",
	"Write it as property:op:value[,value…], such as plan:is:pro,team; the operators are is, not, contains, lacks and matches.": "Schreiben Sie sie als eigenschaft:op:wert[,wert…], wie plan:is:pro,team; die Operatoren sind is, not, contains, lacks und matches.",
	"You have too many pages open that watch live figures.":                                                                     "Sie haben zu viele Seiten offen, die Zahlen live zusehen.",
	"Close some of them.": "Schließen Sie einige davon.",
	"It is html or text.": "Es ist html oder text.",
}
