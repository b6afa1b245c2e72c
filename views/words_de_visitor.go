package views

import "maps"

func init() { maps.Copy(textsDE, visitorDE) }

// visitorDE are the German texts of the visitors' page.
var visitorDE = map[string]string{
	"What this site counts": "Was diese Website zählt",
	"What %s counts":        "Was %s zählt",
	"This site counts how its pages are read, to make them better. What is counted is given to nobody else and is joined with nothing else.":                                                                                                                                                                                   "Diese Website zählt, wie ihre Seiten gelesen werden, um sie besser zu machen. Was gezählt wird, bekommt niemand sonst, und es wird mit nichts anderem verknüpft.",
	"This site counts without a cookie now. If your browser still has the cookie _sp of an earlier time, you can see and erase here what is kept of it; it can be recognised until %s at the latest. Of later visits nothing can be looked up for you, because what is kept can't be told apart by person (GDPR, Article 11).": "Diese Website zählt inzwischen ohne Cookie. Wenn Ihr Browser das Cookie _sp aus früherer Zeit noch hat, können Sie hier sehen und löschen, was von ihm gespeichert ist; er lässt sich spätestens bis %s wiedererkennen. Zu späteren Besuchen lässt sich für Sie nichts nachschlagen, weil sich das Gespeicherte keiner Person zuordnen lässt (DSGVO, Artikel 11).",
	"From the night after a visit on there is nothing that could be looked up for you: this site counts without a cookie, and what it keeps can't then be told apart by person, not even by whoever runs it (GDPR, Article 11).":                                                                                               "Von der Nacht nach einem Besuch an lässt sich für Sie nichts mehr nachschlagen: Diese Website zählt ohne Cookie, und was sie speichert, lässt sich dann keiner Person zuordnen, auch nicht von denen, die sie betreiben (DSGVO, Artikel 11).",
	"Stop counting this browser":                         "Diesen Browser nicht mehr zählen",
	"It opens %s, which keeps your wish in the browser.": "Das öffnet %s; dort wird Ihr Wunsch im Browser gespeichert.",
	"Responsible: %s. Questions: %s.":                    "Verantwortlich: %s. Fragen: %s.",
	"Responsible: %s.":                                   "Verantwortlich: %s.",
	"Questions: %s.":                                     "Fragen: %s.",
	"Your own record":                                    "Ihr eigener Eintrag",
	"What is kept":                                       "Was gespeichert wird",
	"%s months":                                          "%s Monate",
	"Value of the cookie _sp":                            "Wert des Cookies _sp",
	"Your browser shows it under the cookies of %s. A link on that site may have filled it in.": "Ihr Browser zeigt ihn unter den Cookies von %s. Ein Link auf dieser Website kann ihn schon eingesetzt haben.",
	"Show what is kept":                "Zeigen, was gespeichert ist",
	"Erase it":                         "Löschen",
	"Erase it and stop counting me":    "Löschen und mich nicht mehr zählen",
	"Nothing is kept of this browser.": "Von diesem Browser ist nichts gespeichert.",
	"It is being erased, in the data and in every copy here, and goes on without you.": "Es wird gelöscht, in den Daten und in jeder Kopie hier, auch ohne dass Sie warten.",
	"Receipt %s says how far it is":                                                             "Der Beleg %s sagt, wie weit das ist",
	"Erased: %s, %s. The files were searched afterwards: %s traces found.":                      "Gelöscht: %s, %s. Danach wurden die Dateien durchsucht: %s Spuren gefunden.",
	"Copies elsewhere are gone by %s. Receipt %s.":                                              "Kopien an anderem Ort sind bis %s gelöscht. Beleg %s.",
	"One step is left: the wish not to be counted is kept in your browser, by the site itself.": "Ein Schritt fehlt noch: Den Wunsch, nicht gezählt zu werden, merkt sich Ihr Browser für die Website selbst.",
	"Open %s to set it":                                           "%s öffnen, um ihn zu setzen",
	"Kept of this browser: %s, %s, %s":                            "Von diesem Browser gespeichert: %s, %s, %s",
	"This is no value of the cookie _sp.":                         "Das ist kein Wert des Cookies _sp.",
	"It is 18 letters and digits, a full stop and 5 digits.":      "Er besteht aus 18 Buchstaben und Ziffern, einem Punkt und 5 Ziffern.",
	"Which browser is meant? The value of the cookie is missing.": "Welcher Browser ist gemeint? Der Wert des Cookies fehlt.",
	"Paste it in.": "Fügen Sie ihn ein.",
	"Many visitors ask for this at the moment.": "Gerade fragen viele Besucher danach.",
	"Try again in a minute.":                    "Versuchen Sie es in einer Minute wieder.",

	"Whoever runs this site answers what it keeps of you, and erases it if you wish.": "Wer diese Website betreibt, sagt Ihnen, was sie von Ihnen speichert, und löscht es auf Wunsch.",
	"Time":                                "Uhrzeit",
	"Save as JSON":                        "Als JSON sichern",
	"looked at for %s":                    "%s lang angesehen",
	"read to %s":                          "bis %s gelesen",
	"Until tonight single hits also say:": "Bis zur kommenden Nacht sagen einzelne Treffer außerdem:",
	"These are the newest %s visits; the file has all.":                                       "Das sind die neuesten %s Besuche; in der Datei sind alle.",
	"Times are those of %s. Kept beside this are only numbers that hold these rows together.": "Die Zeiten sind die von %s. Daneben sind nur Zahlen gespeichert, die diese Zeilen zusammenhalten.",
}
