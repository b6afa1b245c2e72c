package views

import "maps"

func init() { maps.Copy(textsDE, countDE) }

// countDE are the German texts of numbers of things, and of what there is a single one of.
var countDE = map[string]string{
	"1 visit":       "1 Besuch",
	"%s visits":     "%s Besuche",
	"1 page view":   "1 Seitenaufruf",
	"%s page views": "%s Seitenaufrufe",
	"1 event":       "1 Ereignis",
	"%s events":     "%s Ereignisse",
	"visitor today": "Besucher heute",
	"This link was used already, has run out, or is not whole.": "Dieser Link wurde schon benutzt, ist abgelaufen oder nicht vollständig.",
	"Who has a password signs in. A new link is made by an owner on the page of people, or with “sandprint user password EMAIL” by who runs this instance.":                      "Wer ein Passwort hat, meldet sich an. Einen neuen Link macht ein Eigentümer auf der Seite der Personen, oder mit „sandprint user password EMAIL“, wer diese Instanz betreibt.",
	"Setup isn't finished: nobody can sign in yet. The link that finishes it is printed in the terminal, or the log, where Sandprint runs. A start of Sandprint prints it anew.": "Die Einrichtung ist nicht abgeschlossen: Noch kann sich niemand anmelden. Der Link dafür steht im Terminal oder im Protokoll, wo Sandprint läuft. Jeder Start von Sandprint gibt ihn neu aus.",
}
