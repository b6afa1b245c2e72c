package web

import (
	"fmt"
	"strings"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
)

// readGoals reads one goal a line: "Name = event" or "Name = /path/**", with what more it asks for behind bars:
// "Name = event | plan:is:pro,team", "Name = /path/** | scroll 75 | engaged 30".
func readGoals(text string) ([]account.Goal, error) {
	var goals []account.Goal
	for _, line := range lines(text) {
		goal, ok := readGoal(line)
		if !ok {
			return nil, problem.BadField("goals", "bad_goal", "“"+line+"” is not a goal.").
				WithHint("Write a name, =, and an event or a path; behind bars, conditions: Name = event | plan:is:pro, or Name = /path | scroll 75 | engaged 30.")
		}
		goals = append(goals, goal)
	}
	return goals, nil
}

// readGoal reads one line.
func readGoal(line string) (goal account.Goal, ok bool) {
	end := len(line)
	if equals := strings.Index(line, "="); equals >= 0 { // bars before it are the name's
		if bar := strings.Index(line[equals:], " | "); bar >= 0 {
			end = equals + bar
		}
	}
	at := strings.LastIndex(line[:end], "=")
	if at < 0 {
		return goal, false
	}
	goal.Name = strings.TrimSpace(line[:at])
	target := strings.TrimSpace(line[at+1 : end])
	if strings.HasPrefix(target, "/") {
		goal.Page = target
	} else {
		goal.Event = target
	}
	for more := range strings.SplitSeq(strings.TrimPrefix(line[end:], " | "), " | ") {
		switch more = strings.TrimSpace(more); {
		case more == "":
		case goal.Event != "":
			goal.Props = append(goal.Props, more)
		default:
			percent, _ := fmt.Sscanf(more, "scroll %d", &goal.Scroll)
			seconds, _ := fmt.Sscanf(more, "engaged %d", &goal.Engaged)
			if percent+seconds == 0 {
				return goal, false
			}
		}
	}
	return goal, goal.Name != "" && target != ""
}

// goalLines writes what readGoals reads.
func goalLines(goals []account.Goal) string {
	var list []string
	for _, g := range goals {
		line := g.Name + " = " + g.Event + g.Page
		for _, p := range g.Props {
			line += " | " + strings.ReplaceAll(p, " | ", ` \| `)
		}
		if g.Scroll > 0 {
			line += fmt.Sprintf(" | scroll %d", g.Scroll)
		}
		if g.Engaged > 0 {
			line += fmt.Sprintf(" | engaged %d", g.Engaged)
		}
		list = append(list, line)
	}
	return strings.Join(list, "\n")
}

// checkConditions refuses goals whose conditions on properties can't be read.
func checkConditions(goals []account.Goal) error {
	for _, g := range goals {
		for _, p := range g.Props {
			if _, err := report.ParseFilter("prop:" + p); err != nil {
				return problem.BadField("goals", "bad_goal", "The goal “"+g.Name+"” has a condition that can't be read: "+p+".").
					WithHint("Write it as property:op:value[,value…], such as plan:is:pro,team; the operators are is, not, contains, lacks and matches.")
			}
		}
	}
	return nil
}
