package web

import (
	"strings"
	"testing"
)

// How long things are kept is chosen in a form that names the field which is wrong and keeps what was typed.
func TestRetentionForm(t *testing.T) {
	f := full(t)
	owner, path := f.sessions["owner A"], "/sites/"+siteA+"/settings"
	for _, row := range []struct{ field, typed string }{{"keep_keys", "26"}, {"keep_visits", "a year"}, {"keep_visits", "61"}, {"keep_totals", "-1"}} {
		page := f.want(400, "POST", path, "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", row.field, row.typed)).Body.String()
		at := strings.Index(page, `name="`+row.field+`"`)
		if at < 0 {
			t.Fatalf("there is no field %s", row.field)
		}
		input, _, _ := strings.Cut(page[at:], ">")
		if !strings.Contains(input, `aria-invalid="true"`) || !strings.Contains(input, `value="`+row.typed+`"`) {
			t.Errorf("%s=%s gives %s", row.field, row.typed, input)
		}
	}
	f.want(303, "POST", path, "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", "keep_visits", " 12 "))
	if page := f.want(200, "GET", path, "cookie", owner).Body.String(); !strings.Contains(page, `name="keep_visits" min="1" max="60" value="12"`) {
		t.Error("what was chosen is not in the form")
	}
}
