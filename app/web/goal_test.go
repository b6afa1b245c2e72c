package web

import (
	"reflect"
	"testing"

	"sandprint/app/account"
)

func TestGoalLines(t *testing.T) {
	for _, c := range []struct {
		line string
		want *account.Goal // nil: not a goal
		why  string
	}{
		{"Sign-up = signup", &account.Goal{Name: "Sign-up", Event: "signup"}, "an event"},
		{"Thanks = /thanks/**", &account.Goal{Name: "Thanks", Page: "/thanks/**"}, "a page begins with a slash"},
		{"1 = 1 = signup", &account.Goal{Name: "1 = 1", Event: "signup"}, "the last equals sign counts"},
		{"A | B = signup", &account.Goal{Name: "A | B", Event: "signup"}, "a bar in a name"},
		{"Pro = signup | plan:is:pro,team | size:not:a=b", &account.Goal{Name: "Pro", Event: "signup", Props: []string{"plan:is:pro,team", "size:not:a=b"}}, "conditions of an event"},
		{`Bar = signup | plan:is:a \| b`, &account.Goal{Name: "Bar", Event: "signup", Props: []string{`plan:is:a \| b`}}, "a bar in a condition"},
		{"Read = /blog/** | scroll 75 | engaged 30", &account.Goal{Name: "Read", Page: "/blog/**", Scroll: 75, Engaged: 30}, "conditions of a page"},
		{"Read = /blog/** | engaged 30 seconds", &account.Goal{Name: "Read", Page: "/blog/**", Engaged: 30}, "with its unit"},
		{"Read = /blog/** | plan:is:pro", nil, "pages have no properties"},
		{"Read = ", nil, "no target"},
		{"= signup", nil, "no name"},
		{"signup", nil, "no equals sign"},
	} {
		goals, err := readGoals(c.line)
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: %q is read as %+v", c.why, c.line, goals)
			}
			continue
		}
		if err != nil || len(goals) != 1 || !reflect.DeepEqual(goals[0], *c.want) {
			t.Errorf("%s: %q is read as %+v, %v", c.why, c.line, goals, err)
			continue
		}
		if again, err := readGoals(goalLines(goals)); err != nil || !reflect.DeepEqual(again, goals) {
			t.Errorf("%s: written as %q and read as %+v, %v", c.why, goalLines(goals), again, err)
		}
	}
	if err := checkConditions([]account.Goal{{Name: "x", Event: "e", Props: []string{"plan=pro"}}}); err == nil {
		t.Error("a condition that can't be read is taken")
	}
}
