package enrich

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// agents reads a list of user agents out of testdata.
func agents(t testing.TB, name string) []string {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

const (
	chromeWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36"
	chromeAndroid = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Mobile Safari/537.36"
	safariMac     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"
	chromium      = `"Chromium";v="154", `
)

func TestParseAgent(t *testing.T) {
	android := func(model, rest string) string {
		return "Mozilla/5.0 (Linux; Android 14; " + model + ") AppleWebKit/537.36 (KHTML, like Gecko) " + rest
	}
	iphone := func(rest string) string {
		return "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " + rest
	}
	for _, test := range []struct {
		why, ua string
		h       Hints
		want    Agent
	}{
		{"Chrome has frozen Windows at 10", chromeWindows, Hints{}, Agent{"Chrome", "154", "Windows", "10+", "desktop", ""}},
		{"the hint tells 11", chromeWindows, Hints{Platform: "Windows", PlatformVersion: "15.0.0"},
			Agent{"Chrome", "154", "Windows", "11", "desktop", ""}},
		{"the hint tells 10", chromeWindows, Hints{Platform: "Windows", PlatformVersion: "10.0.0"},
			Agent{"Chrome", "154", "Windows", "10", "desktop", ""}},
		{"a hint for another system is not believed", chromeWindows, Hints{Platform: "Android", PlatformVersion: "15.0.0"},
			Agent{"Chrome", "154", "Windows", "10+", "desktop", ""}},
		{"Brave hides but in the hints", chromeWindows, Hints{Brands: chromium + `"Brave";v="154", "Not?A_Brand";v="99"`},
			Agent{"Brave", "154", "Windows", "10+", "desktop", ""}},
		{"Edge", chromeWindows + " Edg/154.0.0.0", Hints{}, Agent{"Edge", "154", "Windows", "10+", "desktop", ""}},
		{"Opera", chromeWindows + " OPR/135.0.0.0", Hints{}, Agent{"Opera", "135", "Windows", "10+", "desktop", ""}},
		{"Vivaldi", chromeWindows + " Vivaldi/7.6", Hints{}, Agent{"Vivaldi", "7", "Windows", "10+", "desktop", ""}},
		{"Internet Explorer 11", "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; .NET4.0C; rv:11.0) like Gecko", Hints{},
			Agent{"Internet Explorer", "11", "Windows", "7", "desktop", ""}},
		{"Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:156.0) Gecko/20100101 Firefox/156.0", Hints{},
			Agent{"Firefox", "156", "Linux", "", "desktop", ""}},
		{"Chrome OS", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36",
			Hints{}, Agent{"Chrome", "154", "Chrome OS", "", "desktop", ""}},
		{"Safari has frozen macOS", safariMac, Hints{}, Agent{"Safari", "26", "macOS", "10.15+", "desktop", ""}},
		{"an old macOS", strings.Replace(safariMac, "10_15_7", "10_14_6", 1), Hints{}, Agent{"Safari", "26", "macOS", "10.14", "desktop", ""}},
		{"Chrome's hint tells macOS", strings.Replace(safariMac, "Version/26.1", "Chrome/154.0.0.0", 1),
			Hints{Platform: "macOS", PlatformVersion: "15.6.1"}, Agent{"Chrome", "154", "macOS", "15", "desktop", ""}},
		{"DuckDuckGo", safariMac + " Ddg/26.1", Hints{}, Agent{"DuckDuckGo", "26", "macOS", "10.15+", "desktop", ""}},
		{"Safari on an iPhone", iphone("Version/17.5 Mobile/15E148 Safari/604.1"), Hints{}, Agent{"Safari", "17", "iOS", "17", "phone", "iPhone"}},
		{"iOS is frozen at 18 since Safari 26", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like " +
			"Gecko) Version/26.0 Mobile/15E148 Safari/604.1", Hints{}, Agent{"Safari", "26", "iOS", "26", "phone", "iPhone"}},
		{"Chrome on an iPhone", iphone("CriOS/154.0.1 Mobile/15E148 Safari/604.1"), Hints{}, Agent{"Chrome", "154", "iOS", "17", "phone", "iPhone"}},
		{"Firefox on an iPhone", iphone("FxiOS/156.0 Mobile/15E148 Safari/604.1"), Hints{}, Agent{"Firefox", "156", "iOS", "17", "phone", "iPhone"}},
		{"an app's view", iphone("Mobile/15E148"), Hints{}, Agent{"WebView", "", "iOS", "17", "phone", "iPhone"}},
		{"Instagram", iphone("Mobile/15E148 Instagram 350.0.0.1 (iPhone14,5; iOS 17_5; de_DE)"), Hints{},
			Agent{"Instagram", "350", "iOS", "17", "phone", "iPhone"}},
		{"Facebook", iphone("Mobile/15E148 [FBAN/FBIOS;FBAV/480.0.0.32;FBDV/iPhone14,5]"), Hints{},
			Agent{"Facebook", "480", "iOS", "17", "phone", "iPhone"}},
		{"TikTok", iphone("Mobile/15E148 musical_ly_34.1.0 JsSdk/2.0 BytedanceWebview/d8a21c6"), Hints{},
			Agent{"TikTok", "34", "iOS", "17", "phone", "iPhone"}},
		{"an iPad", "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 " +
			"Safari/604.1", Hints{}, Agent{"Safari", "17", "iPadOS", "17", "tablet", "iPad"}},
		{"Chrome has frozen Android too", chromeAndroid, Hints{}, Agent{"Chrome", "154", "Android", "10+", "phone", ""}},
		{"the hints tell version and model; the family is kept", chromeAndroid,
			Hints{Platform: "Android", PlatformVersion: "16.0.0", Model: "Pixel 10 Pro XL", Mobile: "?1"},
			Agent{"Chrome", "154", "Android", "16", "phone", "Pixel"}},
		{"without Mobile it is a tablet", strings.Replace(chromeAndroid, "Mobile ", "", 1), Hints{}, Agent{"Chrome", "154", "Android", "10+", "tablet", ""}},
		{"Samsung Internet", android("SM-S911B", "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36"), Hints{},
			Agent{"Samsung Internet", "26", "Android", "14", "phone", "Samsung"}},
		{"a Samsung tablet", android("SM-X710", "Chrome/122.0.0.0 Safari/537.36"), Hints{}, Agent{"Chrome", "122", "Android", "14", "tablet", "Samsung"}},
		{"a view in an app", android("2201117TG Build/TKQ1; wv", "Version/4.0 Chrome/122.0.0.0 Mobile Safari/537.36"), Hints{},
			Agent{"WebView", "122", "Android", "14", "phone", "Xiaomi"}},
		{"Redmi is Xiaomi's", android("Redmi Note 12", "Chrome/122.0.0.0 Mobile Safari/537.36"), Hints{},
			Agent{"Chrome", "122", "Android", "14", "phone", "Xiaomi"}},
		{"Huawei's codes", android("ELE-L29", "HuaweiBrowser/14.0 Mobile Safari/537.36"), Hints{},
			Agent{"Huawei Browser", "14", "Android", "14", "phone", "Huawei"}},
		{"OnePlus", android("ONEPLUS A6003", "Chrome/122.0.0.0 Mobile Safari/537.36"), Hints{},
			Agent{"Chrome", "122", "Android", "14", "phone", "OnePlus"}},
		{"Motorola", android("moto g power (2022)", "Chrome/122.0.0.0 Mobile Safari/537.36"), Hints{},
			Agent{"Chrome", "122", "Android", "14", "phone", "Motorola"}},
		{"an old agent has the language before the model", "Mozilla/5.0 (Linux; U; Android 8.1.0; zh-cn; MI 6 Build/OPM1) AppleWebKit/537.36 " +
			"(KHTML, like Gecko) Version/4.0 Chrome/61.0 MQQBrowser/10.1 Mobile Safari/537.36", Hints{},
			Agent{"QQ Browser", "10", "Android", "8", "phone", "Xiaomi"}},
		{"a television is watched like a desktop", "Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 (KHTML, like Gecko) " +
			"Chrome/122.0.0.0 Safari/537.36", Hints{}, Agent{"Chrome", "122", "Android", "12", "desktop", ""}},
		{"nothing", "", Hints{}, Agent{Device: "desktop"}},
		{"a version that is none", "Mozilla/5.0 (X11; Linux x86_64) Chrome/99999999999", Hints{}, Agent{"Chrome", "", "Linux", "", "desktop", ""}},
	} {
		for _, when := range []string{"cold", "remembered"} {
			if got := ParseAgent(test.ua, test.h); got != test.want {
				t.Errorf("%s (%s):\n got %+v\nwant %+v", test.why, when, got, test.want)
			}
		}
		if test.ua != "" && IsBot(test.ua, test.h) {
			t.Errorf("%s: taken for a bot", test.why)
		}
	}
}

func TestHintsOf(t *testing.T) {
	header := http.Header{}
	for name, value := range map[string]string{
		"Sec-CH-UA": `"Chromium";v="154"`, "Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Platform": `"Android"`,
		"Sec-CH-UA-Platform-Version": `"16.0.0"`, "Sec-CH-UA-Model": `"Pixel 8"`,
	} {
		header.Set(name, value)
	}
	want := Hints{`"Chromium";v="154"`, "?1", "Android", "16.0.0", "Pixel 8"}
	if got := HintsOf(header); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	header.Set("Sec-CH-UA-Full-Version-List", `"Brave";v="154.1.2"`)
	if got := HintsOf(header).Brands; got != `"Brave";v="154.1.2"` {
		t.Errorf("with a full list the brands are %s", got)
	}
}

func TestCrawlersAreBots(t *testing.T) {
	list := agents(t, "crawlers.txt")
	found := 0
	for _, ua := range list {
		if IsBot(ua, Hints{}) {
			found++
		}
	}
	share := 100 * float64(found) / float64(len(list))
	t.Logf("%d of %d known crawler agents are told: %.1f %%", found, len(list), share)
	if share < 98 {
		t.Errorf("%.1f %% is less than the 98 %% it was", share)
	}
}

func TestBrowsersAreNoBots(t *testing.T) {
	list := agents(t, "browsers.txt")
	for _, ua := range list {
		if IsBot(ua, Hints{}) {
			t.Errorf("taken for a bot: %s", ua)
		}
		if a := ParseAgent(ua, Hints{}); a.OS == "" || a.Device == "" {
			t.Errorf("not understood: %s is %+v", ua, a)
		}
	}
	t.Logf("none of %d browser agents is taken for a bot", len(list))
}

func TestIsBot(t *testing.T) {
	for _, test := range []struct {
		why, ua string
		h       Hints
		want    bool
	}{
		{"no agent at all", "", Hints{}, true},
		{"a library", "Go-http-client/1.1", Hints{}, true},
		{"headless Chrome", strings.Replace(chromeWindows, "Chrome/", "HeadlessChrome/", 1), Hints{}, true},
		{"headless Chrome under another's name", chromeWindows, Hints{Brands: chromium + `"HeadlessChrome";v="154"`}, true},
		{"half an agent", "Mozilla/5.0", Hints{}, true},
		{"a phone made by Cubot", "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 " +
			"Mobile Safari/537.36", Hints{}, false},
		{"a crawler on a Cubot", "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (compatible; Googlebot/2.1)", Hints{}, true},
		{"Internet Explorer says compatible", "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0; .NET CLR 3.5)", Hints{}, false},
		{"an app for news", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 " +
			"SmartNews/24.1", Hints{}, false},
	} {
		if got := IsBot(test.ua, test.h); got != test.want {
			t.Errorf("%s: %v", test.why, got)
		}
	}
}

func FuzzAgent(f *testing.F) {
	f.Add(chromeWindows, chromium+`"Brave";v="154"`, "Windows", "15.0.0", "")
	f.Add(chromeAndroid, "", "Android", "16.0.0", "Pixel 8")
	f.Add("Mozilla/5.0 (Linux; U; Android 8.1.0; zh-cn; MI 6 Build/OPM1)", "", "", "", "KF")
	names := map[string]bool{"": true, "Android Browser": true, "Safari": true, "WebView": true}
	for _, b := range browsers {
		names[b.name] = true
	}
	for _, b := range brands {
		names[b.name] = true
	}
	f.Fuzz(func(t *testing.T, ua, list, platform, version, model string) {
		v := judge(ua, Hints{Brands: list, Platform: platform, PlatformVersion: version, Model: model})
		if !names[v.agent.Browser] {
			t.Errorf("%q became a browser's name", v.agent.Browser)
		}
		if a := v.agent; len(a.BrowserVersion) > 4 || len(a.OSVersion) > 6 || len(a.Model) > 12 || !utf8.ValidString(a.OSVersion) {
			t.Errorf("too much is kept: %+v", a)
		}
	})
}

func BenchmarkParseAgentCold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		judge(chromeWindows, Hints{})
	}
}

func BenchmarkParseAgentRemembered(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ParseAgent(chromeWindows, Hints{})
	}
}

func BenchmarkIsBotCold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		isBot(chromeWindows, Hints{})
	}
}
