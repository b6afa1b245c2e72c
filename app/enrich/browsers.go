package enrich

import "strings"

// browsers tells browsers by a token of the user agent; the first that is found counts, so apps stand before the browsers
// they are made of, and those before Chrome and Safari, which nearly all claim to be. The version follows the token, or
// another one named here.
var browsers = []struct{ token, name, version string }{
	{"Instagram", "Instagram", ""},
	{"Barcelona", "Threads", ""},
	{"FBAN/", "Facebook", "FBAV/"},
	{"FBAV/", "Facebook", ""},
	{"FB_IAB", "Facebook", "FBAV/"},
	{"MetaIAB Facebook", "Facebook", ""},
	{"musical_ly", "TikTok", ""},
	{"BytedanceWebview", "TikTok", ""},
	{"TikTok", "TikTok", ""},
	{"trill_", "TikTok", ""},
	{"Snapchat", "Snapchat", ""},
	{"Pinterest", "Pinterest", ""},
	{"LinkedInApp", "LinkedIn", ""},
	{"Twitter for", "X", ""},
	{"TwitterAndroid", "X", ""},
	{"MicroMessenger", "WeChat", ""},
	{"KAKAOTALK", "KakaoTalk", ""},
	{" Line/", "LINE", ""},
	{"NAVER(", "NAVER", ""},
	{"Telegram-Android", "Telegram", ""},
	{"GSA/", "Google app", ""},
	{"EdgA/", "Edge", ""},
	{"EdgiOS/", "Edge", ""},
	{"Edg/", "Edge", ""},
	{"Edge/", "Edge", ""},
	{"OPR/", "Opera", ""},
	{"OPT/", "Opera", ""},
	{"OPiOS/", "Opera", ""},
	{"OPX/", "Opera", ""},
	{"Opera Mini", "Opera", ""},
	{"Opera", "Opera", "Version/"},
	{"SamsungBrowser", "Samsung Internet", ""},
	{"Vivaldi", "Vivaldi", ""},
	{"DuckDuckGo", "DuckDuckGo", ""},
	{"Ddg/", "DuckDuckGo", ""},
	{"UCBrowser", "UC Browser", ""},
	{"UCWEB", "UC Browser", ""},
	{"YaBrowser", "Yandex Browser", ""},
	{"YaSearchBrowser", "Yandex Browser", ""},
	{"YaApp", "Yandex Browser", ""},
	{"Brave", "Brave", "Version/"},
	{"Whale/", "Whale", ""},
	{"MiuiBrowser", "Mi Browser", ""},
	{"HuaweiBrowser", "Huawei Browser", ""},
	{"HeyTapBrowser", "HeyTap Browser", ""},
	{"VivoBrowser", "Vivo Browser", ""},
	{"QQBrowser", "QQ Browser", ""},
	{"coc_coc_browser", "Cốc Cốc", ""},
	{"Silk/", "Silk", ""},
	{"Ecosia", "Ecosia", "Chrome/"},
	{"Puffin", "Puffin", ""},
	{"FxiOS", "Firefox", ""},
	{"Focus/", "Firefox", ""},
	{"Klar/", "Firefox", ""},
	{"SeaMonkey", "SeaMonkey", ""},
	{"PaleMoon", "Pale Moon", ""},
	{"Firefox", "Firefox", ""},
	{"CriOS", "Chrome", ""},
	{"; wv)", "WebView", "Chrome/"},
	{"Electron", "Electron", ""},
	{"Chromium", "Chromium", ""},
	{"Chrome", "Chrome", ""},
	{"Epiphany", "GNOME Web", ""},
	{"MSIE", "Internet Explorer", ""},
	{"Trident/", "Internet Explorer", "rv:"},
}

// brands are browsers that hide in the user agent but say who they are in Sec-CH-UA.
var brands = []struct{ brand, name string }{
	{"Brave", "Brave"},
	{"DuckDuckGo", "DuckDuckGo"},
	{"Vivaldi", "Vivaldi"},
	{"Microsoft Edge", "Edge"},
	{"Opera", "Opera"},
	{"Opera GX", "Opera"},
	{"YaBrowser", "Yandex Browser"},
	{"Yandex", "Yandex Browser"},
	{"Samsung Internet", "Samsung Internet"},
	{"Whale", "Whale"},
}

// browserOf is the browser's family and major version.
func browserOf(ua string, h Hints) (name, version string) {
	for _, b := range brands {
		if version, named := h.brand(b.brand); named {
			return b.name, version
		}
	}
	for _, b := range browsers {
		if !strings.Contains(ua, b.token) {
			continue
		}
		if b.version != "" {
			return b.name, after(ua, b.version)
		}
		return b.name, after(ua, b.token)
	}
	switch {
	case strings.Contains(ua, "Android") && strings.Contains(ua, "Version/"):
		return "Android Browser", after(ua, "Version/")
	case strings.Contains(ua, "Version/") && strings.Contains(ua, "Safari"):
		return "Safari", after(ua, "Version/")
	case strings.Contains(ua, "Mac OS X") && strings.Contains(ua, "AppleWebKit"):
		return "WebView", "" // an app on an Apple device
	}
	return "", ""
}

// systems tells operating systems by a token; the first that is found counts.
var systems = []struct{ token, name string }{
	{"Windows Phone", "Windows Phone"},
	{"Windows", "Windows"},
	{"iPad", "iPadOS"},
	{"iPhone", "iOS"},
	{"iPod", "iOS"},
	{"HarmonyOS", "HarmonyOS"},
	{"OpenHarmony", "HarmonyOS"},
	{"KAIOS", "KaiOS"},
	{"Tizen", "Tizen"},
	{"Web0S", "webOS"},
	{"webOS", "webOS"},
	{"Android", "Android"},
	{"CrOS", "Chrome OS"},
	{"PlayStation", "PlayStation"},
	{"Nintendo", "Nintendo"},
	{"Macintosh", "macOS"},
	{"FreeBSD", "FreeBSD"},
	{"OpenBSD", "OpenBSD"},
	{"Linux", "Linux"},
	{"X11", "Linux"},
}

// windows are the marketing names of Windows NT versions. Since 10.0 the number is frozen.
var windows = []struct{ token, version string }{
	{"NT 10.0", "10+"}, {"NT 6.3", "8.1"}, {"NT 6.2", "8"}, {"NT 6.1", "7"}, {"NT 6.0", "Vista"}, {"NT 5.", "XP"},
}

// systemOf is the operating system and its coarse version.
func systemOf(ua string, h Hints) (name, version string) {
	for _, s := range systems {
		if strings.Contains(ua, s.token) {
			name = s.name
			break
		}
	}
	hinted := ""
	if h.Platform == name || h.Platform == "Chromium OS" && name == "Chrome OS" {
		hinted = number(h.PlatformVersion)
	}
	switch name {
	case "Windows":
		return name, windowsVersion(ua, hinted)
	case "macOS":
		return name, macVersion(ua, hinted)
	case "iOS", "iPadOS":
		return name, appleVersion(ua)
	case "Android":
		if hinted != "" {
			return name, hinted
		}
		version = after(ua, "Android")
		if version == "10" && strings.Contains(ua, "Android 10; K)") { // Chrome's frozen agent
			version = "10+"
		}
		return name, version
	case "Chrome OS", "Linux":
		return name, ""
	}
	return name, after(ua, name)
}

// windowsVersion reads Windows' version; the hint counts builds: 13 and up are Windows 11, 1 to 10 are Windows 10 (Microsoft,
// "Detect Windows 11 using User-Agent Client Hints").
func windowsVersion(ua, hinted string) string {
	switch {
	case len(hinted) == 2 && hinted >= "13":
		return "11"
	case hinted != "" && hinted != "0":
		return "10"
	}
	for _, w := range windows {
		if strings.Contains(ua, w.token) {
			return w.version
		}
	}
	return ""
}

// macVersion reads macOS' version: the major one since 11, two numbers before. Browsers have frozen it at 10.15.
func macVersion(ua, hinted string) string {
	if hinted != "" && hinted != "10" {
		return hinted
	}
	_, rest, found := strings.Cut(ua, "Mac OS X ")
	if !found {
		return ""
	}
	major := number(rest)
	if major != "10" {
		return major
	}
	minor := number(strings.TrimLeft(rest[2:], "_."))
	switch {
	case minor == "":
		return major
	case minor == "15":
		return "10.15+"
	}
	return "10." + minor
}

// appleVersion reads the version of iOS or iPadOS. Safari has frozen it at 18 and says it as its own since 26.
func appleVersion(ua string) string {
	version := after(ua, " OS ")
	if safari := after(ua, "Version/"); version == "18" && len(safari) == 2 && safari >= "26" {
		return safari
	}
	return version
}
