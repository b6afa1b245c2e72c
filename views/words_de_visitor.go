package views

import "maps"

func init() { maps.Copy(textsDE, visitorDE) }

// visitorDE are the German texts of the visitors' page.
var visitorDE = map[string]string{
	"What this site counts": "Was diese Website zählt",
	"What %s counts":        "Was %s zählt",
	"This site counts how its pages are read, to make them better. It counts groups, and keeps nothing that says who you are.": "Diese Website zählt, wie ihre Seiten gelesen werden, um sie besser zu machen. Sie zählt Gruppen und behält nichts, was sagt, wer Sie sind.",
	"Your own record": "Ihr eigener Eintrag",
	"There is nothing that could be looked up for you: this site counts without a cookie, and what it keeps can't be told apart by person, not even by whoever runs it (GDPR, Article 11).": "Für Sie lässt sich nichts nachschlagen: Diese Website zählt ohne Cookie, und was sie behält, lässt sich keiner Person zuordnen, auch nicht von denen, die sie betreiben (DSGVO, Artikel 11).",
	"What is kept": "Was behalten wird",
	"the address and title of the page, without what could be personal in it, and when it was read": "Adresse und Titel der Seite, ohne was darin persönlich sein könnte, und wann sie gelesen wurde",
	"the site that led here, and the tags of a campaign's link":                                     "die Website, die hierher führte, und die Kennzeichen eines Kampagnenlinks",
	"country, language, browser, system, and how wide the window is, coarsely":                      "Land, Sprache, Browser, System und grob die Breite des Fensters",
	"how long a page was looked at and how far it was read":                                         "wie lange eine Seite betrachtet und wie weit sie gelesen wurde",
	"Nothing is stored on your device. For one day, address and browser are mixed with a secret that is deleted at midnight, so that two pages you read are one visit; what comes of it can't be turned back.":   "Auf Ihrem Gerät wird nichts gespeichert. Für einen Tag werden Adresse und Browser mit einem Geheimnis vermischt, das um Mitternacht gelöscht wird, damit zwei Seiten, die Sie lesen, ein Besuch sind; was dabei herauskommt, lässt sich nicht zurückrechnen.",
	"Nothing is sent before you agree. Then a cookie, _sp, holds a random number and the day it was made, for 13 months at most. Sandprint keeps a number made from it with a secret key, not the cookie's own.": "Bevor Sie zustimmen, wird nichts gesendet. Danach enthält ein Cookie, _sp, eine zufällige Nummer und den Tag, an dem es entstand, höchstens 13 Monate lang. Sandprint behält eine Nummer, die mit einem geheimen Schlüssel daraus gemacht ist, nicht die des Cookies.",
	"A cookie, _sp, holds a random number and the day it was made, for 13 months at most. Sandprint keeps a number made from it with a secret key, not the cookie's own.":                                        "Ein Cookie, _sp, enthält eine zufällige Nummer und den Tag, an dem es entstand, höchstens 13 Monate lang. Sandprint behält eine Nummer, die mit einem geheimen Schlüssel daraus gemacht ist, nicht die des Cookies.",
	"What is not kept": "Was nicht behalten wird",
	"Your IP address, names, what you type, and anything from pages with fields for a password or a card. Nothing goes to anyone else. Global Privacy Control and Do Not Track are obeyed.": "Ihre IP-Adresse, Namen, was Sie eingeben und alles von Seiten mit Feldern für ein Passwort oder eine Karte. Nichts geht an andere. Global Privacy Control und Do Not Track werden befolgt.",
	"How long": "Wie lange",
	"the number you are recognised by, after your last visit": "die Nummer, an der Sie erkannt werden, nach Ihrem letzten Besuch",
	"visits and pages read":                                   "Besuche und gelesene Seiten",
	"totals of days, without visitors":                        "Summen von Tagen, ohne Besucher",
	"copies, should a disk fail":                              "Kopien, falls eine Platte ausfällt",
	"35 days":                                                 "35 Tage",
	"%s months":                                               "%s Monate",
	"Value of the cookie _sp":                                 "Wert des Cookies _sp",
	"Your browser shows it under the cookies of %s. A link on that site may have filled it in.": "Ihr Browser zeigt ihn unter den Cookies von %s. Ein Link auf dieser Website kann ihn schon eingesetzt haben.",
	"Show what is kept":                "Zeigen, was behalten wird",
	"Erase it":                         "Löschen",
	"Erase it and stop counting me":    "Löschen und mich nicht mehr zählen",
	"Nothing is kept of this browser.": "Von diesem Browser wird nichts behalten.",
	"Erased: %s, %s. The files were searched afterwards: %s traces found.":                      "Gelöscht: %s, %s. Danach wurden die Dateien durchsucht: %s Spuren gefunden.",
	"Copies elsewhere are gone by %s. Receipt %s.":                                              "Kopien an anderem Ort sind bis %s gelöscht. Beleg %s.",
	"One step is left: the wish not to be counted is kept in your browser, by the site itself.": "Ein Schritt fehlt noch: Den Wunsch, nicht gezählt zu werden, merkt sich Ihr Browser für die Website selbst.",
	"Open %s to set it":                                           "%s öffnen, um ihn zu setzen",
	"Kept of this browser: %s, %s, %s":                            "Von diesem Browser behalten: %s, %s, %s",
	"What else is known":                                          "Was sonst bekannt ist",
	"This is no value of the cookie _sp.":                         "Das ist kein Wert des Cookies _sp.",
	"It is 18 letters and digits, a full stop and 5 digits.":      "Er besteht aus 18 Buchstaben und Ziffern, einem Punkt und 5 Ziffern.",
	"Which browser is meant? The value of the cookie is missing.": "Welcher Browser ist gemeint? Der Wert des Cookies fehlt.",
	"Paste it in.":                                                "Fügen Sie ihn ein.",
	"Many visitors ask for this at the moment.":                   "Gerade fragen viele Besucher danach.",
	"Try again in a minute.":                                      "Versuchen Sie es in einer Minute wieder.",
}
