package enrich

import "strings"

// screensOnly are devices that run Android, or call themselves mobile, and are watched from the sofa: no phone, no tablet.
var screensOnly = []string{"SmartTV", "SMART-TV", "Smart-TV", "GoogleTV", "Android TV", " TV", "AFT", "BRAVIA", "CrKey", "Web0S"}

// deviceOf is the class of the device.
func deviceOf(ua, os string, h Hints) string {
	switch os {
	case "iPadOS":
		return "tablet"
	case "iOS", "Windows Phone", "KaiOS":
		return "phone"
	}
	for _, tv := range screensOnly {
		if strings.Contains(ua, tv) {
			return "desktop"
		}
	}
	switch {
	case strings.Contains(ua, "Tablet") && os != "Windows":
		return "tablet"
	case h.Mobile == "?1", strings.Contains(ua, "Mobi"), strings.Contains(ua, "Opera Mini"):
		return "phone"
	case os == "Android", os == "HarmonyOS":
		return "tablet" // Android leaves "Mobile" away on tablets
	}
	return "desktop"
}

// models tells mobile device families by how the lower-case model begins.
var models = []struct{ prefix, name string }{
	{"pixel", "Pixel"}, {"nexus", "Nexus"},
	{"sm-", "Samsung"}, {"samsung", "Samsung"}, {"galaxy", "Samsung"}, {"gt-", "Samsung"}, {"sc-", "Samsung"}, {"scg", "Samsung"},
	{"redmi", "Xiaomi"}, {"poco", "Xiaomi"}, {"xiaomi", "Xiaomi"}, {"mi ", "Xiaomi"}, {"m200", "Xiaomi"}, {"m210", "Xiaomi"},
	{"huawei", "Huawei"}, {"honor", "Honor"}, {"oneplus", "OnePlus"}, {"moto", "Motorola"}, {"xt1", "Motorola"}, {"xt2", "Motorola"},
	{"oppo", "OPPO"}, {"cph", "OPPO"}, {"rmx", "realme"}, {"realme", "realme"}, {"vivo", "vivo"},
	{"lm-", "LG"}, {"lg-", "LG"}, {"lge", "LG"}, {"nokia", "Nokia"}, {"ta-1", "Nokia"}, {"hmd", "HMD"},
	{"xperia", "Sony"}, {"sony", "Sony"}, {"xq-", "Sony"}, {"so-", "Sony"}, {"asus", "ASUS"}, {"zenfone", "ASUS"},
	{"infinix", "Infinix"}, {"tecno", "Tecno"}, {"itel", "itel"}, {"lenovo", "Lenovo"}, {"tb-", "Lenovo"}, {"tb3", "Lenovo"},
	{"fairphone", "Fairphone"}, {"fp4", "Fairphone"}, {"fp5", "Fairphone"}, {"nothing", "Nothing"}, {"a063", "Nothing"}, {"a142", "Nothing"},
	{"zte", "ZTE"}, {"tcl", "TCL"}, {"alcatel", "Alcatel"}, {"htc", "HTC"}, {"wiko", "Wiko"}, {"cubot", "Cubot"}, {"doogee", "Doogee"},
	{"blackview", "Blackview"}, {"ulefone", "Ulefone"}, {"oukitel", "Oukitel"}, {"umidigi", "Umidigi"}, {"meizu", "Meizu"},
	{"blackberry", "BlackBerry"}, {"sh-", "Sharp"}, {"aquos", "Sharp"}, {"f-", "Fujitsu"}, {"surface", "Surface"},
	{"le21", "OnePlus"}, {"ne22", "OnePlus"}, {"kb20", "OnePlus"}, {"in20", "OnePlus"}, {"gm19", "OnePlus"}, {"hd19", "OnePlus"},
	{"dn21", "OnePlus"}, {"ac20", "OnePlus"},
}

// modelOf is the family of a mobile device, empty for a desktop and where the browser does not tell (Chrome on Android says
// "K" for all since version 110).
func modelOf(ua string, a Agent, h Hints) string {
	switch {
	case strings.Contains(ua, "iPhone"):
		return "iPhone"
	case strings.Contains(ua, "iPad"):
		return "iPad"
	case strings.Contains(ua, "iPod"):
		return "iPod"
	case a.Device == "desktop" || a.OS != "Android" && a.OS != "HarmonyOS":
		return ""
	}
	model := h.Model
	if model == "" {
		model = androidModel(ua)
	}
	if name := modelCode(model); name != "" {
		return name
	}
	lower := strings.ToLower(model)
	for _, m := range models {
		if strings.HasPrefix(lower, m.prefix) {
			return m.name
		}
	}
	return ""
}

// androidModel is what the user agent says of the model: the part after Android's version, as in
// "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A) …". An old agent has the language before it.
func androidModel(ua string) string {
	_, rest, _ := strings.Cut(ua, "Android ")
	rest, _, _ = strings.Cut(rest, ")")
	_, rest, _ = strings.Cut(rest, "; ")
	first, more, found := strings.Cut(rest, "; ")
	if found && (len(first) == 2 || len(first) == 5 && (first[2] == '-' || first[2] == '_')) {
		first, _, _ = strings.Cut(more, "; ")
	}
	return first
}

// modelCode knows the makers whose model codes have a shape rather than a name: Huawei "ELE-L29", Honor "ANY-NX1", vivo
// "V2145", Xiaomi "2201117TG", Amazon "KFTUWI".
func modelCode(model string) string {
	model, _, _ = strings.Cut(model, " ")
	switch n := len(model); {
	case n >= 6 && n <= 9 && letters(model[:3]) && isUpper(model[0]) && model[3] == '-':
		switch model[4] {
		case 'L', 'A', 'T', 'W':
			return "Huawei"
		case 'N':
			return "Honor"
		}
	case n >= 5 && n <= 6 && model[0] == 'V' && digits(model[1:5]):
		return "vivo"
	case n >= 8 && model[0] == '2' && digits(model[:5]) && isUpper(model[n-1]):
		return "Xiaomi"
	case n >= 4 && n <= 8 && strings.HasPrefix(model, "KF") && letters(model) && strings.ToUpper(model) == model:
		return "Amazon Fire"
	}
	return ""
}
