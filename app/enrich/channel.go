package enrich

import (
	"slices"
	"strings"
)

// channelOf is the channel of a visit: the first rule that fits, in Plausible's order, which is Google Analytics 4's with AI
// assistants as a channel of their own before organic search.
func channelOf(s source, c campaign) string {
	tag, medium, name := strings.ToLower(c.tag), strings.ToLower(c.medium), strings.ToLower(s.name)
	campaign := strings.ToLower(c.campaign)
	paid := paidMedium(medium)
	bought := paid || paidAlias(tag)
	shopping := s.kind == "shopping" || shopCampaign(campaign)
	switch {
	case strings.Contains(campaign, "cross-network"):
		return "Cross-network"
	case shopping && paid:
		return "Paid Shopping"
	case s.kind == "search" && bought, name == "google" && c.gclid, name == "bing" && c.msclkid:
		return "Paid Search"
	case s.kind == "social" && bought:
		return "Paid Social"
	case s.kind == "video" && bought:
		return "Paid Video"
	case slices.Contains([]string{"display", "banner", "expandable", "interstitial", "cpm"}, medium):
		return "Display"
	case paid:
		return "Paid Other"
	case shopping:
		return "Organic Shopping"
	case s.kind == "social", slices.Contains(socialMedia, medium):
		return "Organic Social"
	case s.kind == "video", strings.Contains(medium, "video"):
		return "Organic Video"
	case s.kind == "ai":
		return "AI Assistants"
	case s.kind == "search", medium == "organic":
		return "Organic Search"
	case s.kind == "email", mailTag(tag), mailTag(medium):
		return "Email"
	case medium == "affiliate":
		return "Affiliates"
	case medium == "audio":
		return "Audio"
	case tag == "sms", medium == "sms":
		return "SMS"
	case strings.HasSuffix(medium, "push"), strings.Contains(medium, "mobile"), strings.Contains(medium, "notification"), name == "firebase":
		return "Mobile Push"
	case medium == "referral", medium == "app", medium == "link", s.name != "":
		return "Referral"
	}
	return direct
}

// socialMedia are the mediums that mean social networks.
var socialMedia = []string{"social", "social-network", "social-media", "sm", "social network", "social media"}

// paidMedium says whether a medium means money: ^(.*cp.*|ppc|retargeting|paid.*)$.
func paidMedium(medium string) bool {
	return strings.Contains(medium, "cp") || medium == "ppc" || medium == "retargeting" || strings.HasPrefix(medium, "paid")
}

// shopCampaign says whether a campaign is for a shop: ^(.*(([^a-df-z]|^)shop|shopping).*)$, so "eshop" and "my-shop" but not
// "workshop".
func shopCampaign(campaign string) bool {
	if strings.Contains(campaign, "shopping") {
		return true
	}
	for at := 0; ; {
		i := strings.Index(campaign[at:], "shop")
		if i < 0 {
			return false
		}
		at += i
		if at == 0 || !isLetter(campaign[at-1]) || campaign[at-1] == 'e' {
			return true
		}
		at++
	}
}

// mailTag says whether a source or medium means e-mail.
func mailTag(tag string) bool {
	for _, word := range [...]string{"email", "e-mail", "e_mail", "e mail", "newsletter"} {
		if strings.Contains(tag, word) {
			return true
		}
	}
	return false
}
