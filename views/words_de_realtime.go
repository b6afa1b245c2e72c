package views

import "maps"

func init() { maps.Copy(textsDE, realtimeDE) }

// realtimeDE are the German texts of the present.
var realtimeDE = map[string]string{
	"Right now":                             "Gerade jetzt",
	"Changes by itself":                     "Ändert sich von selbst",
	"Paused":                                "Angehalten",
	"Pause":                                 "Anhalten",
	"The connection is lost; trying again":  "Die Verbindung ist abgebrochen; neuer Versuch läuft",
	"Without JavaScript it stays as it is.": "Ohne JavaScript bleibt es, wie es ist.",
	"Reload now":                            "Jetzt neu laden",
	"Visitors now":                          "Besucher jetzt",
	"in the last five minutes":              "in den letzten fünf Minuten",
	"in the last 30 minutes":                "in den letzten 30 Minuten",
	"Pages now":                             "Seiten jetzt",
	"Nobody read a page in the last five minutes.": "In den letzten fünf Minuten hat niemand eine Seite gelesen.",
	"No visit in the last 30 minutes.":             "Kein Besuch in den letzten 30 Minuten.",
	"No event in the last 30 minutes.":             "Kein Ereignis in den letzten 30 Minuten.",
	"too few to show":                              "zu wenige, um sie zu zeigen",
	"%s visitors, %s page views":                   "%s Besucher, %s Seitenaufrufe",
	"%s rows or minutes are kept together or left blank: %s. The site's settings say how small is too small.": "%s Zeilen oder Minuten sind zusammengefasst oder leer gelassen: %s. Die Einstellungen der Website sagen, wie klein zu klein ist.",
	"Visitors in each of the last 30 minutes": "Besucher in jeder der letzten 30 Minuten",
	"30 minutes ago": "vor 30 Minuten",
	"No goal was reached in the last 30 minutes.": "In den letzten 30 Minuten wurde kein Ziel erreicht.",
	"last five minutes":                           "letzte fünf Minuten",
	"last 30 minutes":                             "letzte 30 Minuten",
	"at most %s a minute":                         "höchstens %s pro Minute",
}
