package views

import "maps"

func init() { maps.Copy(textsDE, peopleDE) }

// peopleDE are the German texts about people and their roles.
var peopleDE = map[string]string{
	"People": "Personen", "Who may see this site, and what each may do.": "Wer diese Website sehen darf und was jeder darf.",
	"Who may see %s and all other sites of %s.": "Wer %s und alle anderen Websites von %s sehen darf.",
	"Owner": "Eigentümer", "Admin": "Verwalter", "Editor": "Bearbeiter", "Viewer": "Leser", "Role": "Rolle", "You": "Sie", "No password yet": "noch kein Passwort",
	"everything, people and erasing included": "alles, auch Personen und Löschen", "settings, adding and removing sites": "Einstellungen, Websites anlegen und entfernen",
	"settings, goals, annotations": "Einstellungen, Ziele, Anmerkungen", "reading reports": "Auswertungen lesen",
	"Add a person": "Person hinzufügen", "Add and show the link": "Hinzufügen und Link zeigen", "Owners add, change and remove people.": "Eigentümer können Personen hinzufügen, ändern und entfernen.",
	"Role of %s": "Rolle von %s", "Change the role of %s": "Rolle von %s ändern", "Change": "Ändern", "New link": "Neuer Link", "New link for %s": "Neuer Link für %s",
	"Remove %s": "%s entfernen", "Remove a person": "Person entfernen", "The role is changed.": "Die Rolle ist geändert.", "The person is removed.": "Die Person ist entfernt.",
	"%s chooses a password by this link, once, within 72 hours. It is shown this once, and not sent by e-mail: hand it over yourself.":                                                                     "%s wählt über diesen Link ein Passwort, einmal und innerhalb von 72 Stunden. Er wird nur jetzt gezeigt und nicht per E-Mail verschickt: Geben Sie ihn selbst weiter.",
	"Their account goes for good, from every copy on this machine too: sign-ins, API tokens, pins, and segments that are only theirs. What they did to sites stays, and the audit log keeps their number.": "Das Konto verschwindet endgültig, auch aus jeder Kopie auf diesem Rechner: Anmeldungen, API-Token, Angeheftetes und eigene Segmente. Was die Person an Websites geändert hat, bleibt, und im Protokoll steht weiter ihre Nummer.",
	"They see none of the sites of %s any more, from the next click on; their account stays for what else it is for.":                                                                                      "Vom nächsten Klick an ist keine Website von %s mehr zu sehen; das Konto bleibt für alles andere bestehen.",
	"Changed a person’s role":                                          "Rolle einer Person geändert",
	"This is not your password, so nobody was removed.":                "Das ist nicht Ihr Passwort, darum wurde niemand entfernt.",
	"Who may see a site is shown to its admins and owners.":            "Wer eine Website sehen darf, wird ihren Verwaltern und Eigentümern gezeigt.",
	"People are added, changed and removed by owners.":                 "Personen werden von Eigentümern hinzugefügt, geändert und entfernt.",
	"This address has an account here that is not one of your people.": "Zu dieser Adresse gibt es hier ein Konto, das nicht zu Ihren Personen gehört.",
	"Who runs this instance can let them in: “sandprint user remove EMAIL”, as somebody else may know its password, then “sandprint user add EMAIL --customer NAME --role ROLE” for each customer.": "Wer diese Installation betreibt, kann sie hereinlassen: „sandprint user remove EMAIL“, denn das Passwort kennt vielleicht jemand anderes, dann „sandprint user add EMAIL --customer NAME --role ROLE“ für jeden Kunden.",
	"Owners change roles on the page of people, in the settings of a site.": "Eigentümer ändern Rollen auf der Seite der Personen, in den Einstellungen einer Website.",
	"%s is one of your people already.":                                     "%s gehört schon zu Ihren Personen.", "Change their role below.": "Ändern Sie unten die Rolle.",
	"%s has an account of their own already.": "%s hat schon ein eigenes Konto.",
	"You can't remove yourself.":              "Sie können sich nicht selbst entfernen.", "Another owner can.": "Ein anderer Eigentümer kann es.",
	"%s is the last owner.": "%s ist der letzte Eigentümer.", "Make somebody else an owner first.": "Machen Sie zuerst jemand anderen zum Eigentümer.",
	"Who runs this instance makes a new link with “sandprint user password EMAIL”.": "Wer diese Installation betreibt, macht mit „sandprint user password EMAIL“ einen neuen Link.",
}
