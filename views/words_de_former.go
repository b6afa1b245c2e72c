package views

import "maps"

func init() { maps.Copy(textsDE, formerDE) }

// formerDE are the German texts about numbers of visitors that outlive a change to no cookies.
var formerDE = map[string]string{
	"Numbers of earlier visitors, till": "Zahlen früherer Besucher, bis",
	"till the night after the visit; those of a cookie or an import %s after the last visit": "bis in die Nacht nach dem Besuch; die eines Cookies oder Imports %s nach dem letzten Besuch",
}
