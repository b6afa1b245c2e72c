package views

import "maps"

func init() { maps.Copy(textsDE, sitesDE) }

// sitesDE are the German texts of the list of sites and of setting one up.
var sitesDE = map[string]string{
	// all sites
	"Search in the names of sites":  "In den Namen der Websites suchen",
	"No site's name contains “%s”.": "Kein Name einer Website enthält „%s“.",
	"Show all sites":                "Alle Websites zeigen",
	"All sites together":            "Alle Websites zusammen",
	"%s sites together":             "%s Websites zusammen",
	"A sum of the sites, each in its own time zone: who visits two of them counts twice.": "Eine Summe der Websites, jede in ihrer Zeitzone: Wer zwei davon besucht, zählt doppelt.",
	"%s could not be read and are left out.":                                              "%s waren nicht zu lesen und fehlen darin.",
	"Add up all %s sites":                                                                 "Alle %s Websites zusammenzählen",
	"Pin %s":                                                                              "%s anheften",
	"Pinned sites come first":                                                             "Angeheftete Websites stehen vorn",
	"There was no time for its figures.":                                                  "Für die Zahlen war keine Zeit.",
	"Show them":                                                                           "Jetzt zeigen",
	"No visit in the last 28 days.":                                                       "Kein Besuch in den letzten 28 Tagen.",
	"Pages of the list":                                                                   "Seiten der Liste",
	"There is no such page of the list.":                                                  "Diese Seite der Liste gibt es nicht.",
	"Go back to the first one.":                                                           "Gehen Sie zur ersten zurück.",
	"You have pinned 50 sites.":                                                           "Sie haben 50 Websites angeheftet.",
	"Take a pin away first.":                                                              "Lösen Sie zuerst eine davon.",

	// set-up and sites
	"Set up":               "Einrichten",
	"Welcome to Sandprint": "Willkommen bei Sandprint",
	"Make your account and name the site that you want to count. It takes a minute.": "Legen Sie Ihr Konto an und nennen Sie die Website, die gezählt werden soll. Es dauert eine Minute.",
	"To sign in with. Nothing is sent to it.":                                        "Zum Anmelden. Es wird nichts dorthin gesendet.",
	"Make account and site":                                                          "Konto und Website anlegen",
	"No site at hand? This shows a year of made-up visits:":                          "Keine Website zur Hand? Dies zeigt ein Jahr erfundener Besuche:",
	"Domain of the site":                                                             "Domain der Website",
	"Its sub-domains are counted too.":                                               "Ihre Subdomains werden mitgezählt.",
	"Time zone":                                                                      "Zeitzone",
	"The site's days begin at its midnight. A name such as Europe/Berlin; UTC when left empty.": "Die Tage der Website beginnen um Mitternacht dort. Ein Name wie Europe/Berlin; leer heißt UTC.",
	"Count %s": "%s zählen",
	"Paste this line into the head of every page, then open one of them.": "Fügen Sie diese Zeile in den Kopf jeder Seite ein und öffnen Sie dann eine davon.",
	"Other ways":                 "Andere Wege",
	"With Subresource Integrity": "Mit Subresource Integrity",
	"The browser runs exactly this file. The line changes when the site's settings or Sandprint do: paste it anew then.": "Der Browser führt genau diese Datei aus. Die Zeile ändert sich mit den Einstellungen der Website und mit Sandprint: Fügen Sie sie dann neu ein.",
	"Counting without JavaScript too": "Auch ohne JavaScript zählen",
	"A picture of one pixel for browsers that run no scripts. Time spent and custom events are not known for them.": "Ein Bild von einem Pixel für Browser ohne Skripte. Verweildauer und eigene Ereignisse sind für sie nicht bekannt.",
	"A content security policy":                           "Eine Content Security Policy",
	"Where your pages have one, add these sources to it.": "Wo Ihre Seiten eine haben, fügen Sie diese Quellen hinzu.",
	"This site is being counted.":                         "Diese Website wird gezählt.",
	"Waiting for the first page to be read …":             "Warten darauf, dass die erste Seite gelesen wird …",
	"We see it: %s, just now":                             "Gesehen: %s, gerade eben",
	"Pages on localhost are not counted unless the site's settings say so, and neither are browsers that are driven by a program. Browsers keep the script for an hour: after a change of the settings, reload the page without the cache (Ctrl-Shift-R).": "Seiten auf localhost werden nur gezählt, wenn die Einstellungen der Website es sagen, und von Programmen gesteuerte Browser gar nicht. Browser behalten das Skript eine Stunde: Laden Sie die Seite nach einer Änderung der Einstellungen ohne Zwischenspeicher neu (Strg-Umschalt-R).",
	"Go to the dashboard": "Zur Übersicht",
	"Check now":           "Jetzt prüfen",
	"Add a site":          "Website hinzufügen",
	"Add site":            "Hinzufügen",
	"No site yet":         "Noch keine Website",
	"Name the first one, and you get the line to paste into its pages.": "Nennen Sie die erste, und Sie erhalten die Zeile zum Einfügen in ihre Seiten.",
	"Ask an owner to share one with you.":                               "Bitten Sie einen Eigentümer, eine mit Ihnen zu teilen.",
	"visitors today":                                                    "Besucher heute",
	"%s a week ago by this time":                                        "%s vor einer Woche um diese Zeit",
	"Visitors on each of the last %d days":                              "Besucher an jedem der letzten %d Tage",
}
