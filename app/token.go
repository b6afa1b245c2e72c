package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/problem"
)

// tokenFlags are the flags of the token commands.
type tokenFlags struct {
	User  string `flag:"user" arg:"EMAIL" help:"whose rights the token carries"`
	Site  string `flag:"site" arg:"DOMAIN" help:"the one site it is for; without it, every site of its user"`
	Scope string `flag:"scope" arg:"read|write" help:"what it may do; write may read"`
	Name  string `flag:"name" arg:"TEXT" help:"a name to know it by"`
	JSON  bool   `flag:"json" help:"print JSON"`
}

func (sh *shell) tokenCommand() *cobra.Command {
	return group("token", "Add, list and revoke tokens for programs", sh.tokenAdd(), sh.tokenList(), sh.tokenRevoke())
}

func (sh *shell) tokenAdd() *cobra.Command {
	var f tokenFlags
	c := &cobra.Command{Use: "add", Short: "Make a token and print it, once", Args: cobra.NoArgs,
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			if f.User == "" || f.Scope == "" {
				return usagef("“token add” needs --user EMAIL and --scope read or write")
			}
			if f.Site != "" {
				if _, err := in.site(ctx, f.Site); err != nil {
					return err
				}
			}
			secret, t, err := in.accounts.AddToken(ctx, account.Local(),
				account.NewToken{Email: f.User, Domain: f.Site, Scope: account.Scope(f.Scope), Name: f.Name})
			if errors.Is(err, problem.NotFound) {
				return failf(exitFailed, "%s may not see %s, so no token of theirs can: “sandprint user add %s --customer NAME” gives them the customer who owns it", f.User, f.Site, f.User)
			}
			if err != nil {
				return err
			}
			sh.say("Token %d of %s. It can't be shown again:", t.ID, t.Email)
			fmt.Fprintln(sh.out, secret)
			return nil
		})}
	define(c.Flags(), &f, "user", "site", "scope", "name")
	return c
}

func (sh *shell) tokenList() *cobra.Command {
	var f tokenFlags
	c := &cobra.Command{Use: "list", Short: "List tokens, without their secrets", Args: cobra.NoArgs,
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			tokens, err := in.accounts.Tokens(ctx, account.Local())
			if err != nil {
				return err
			}
			rows := [][]string{{"NUMBER", "USER", "SITE", "SCOPE", "NAME", "LAST USED"}}
			for _, t := range tokens {
				rows = append(rows, []string{strconv.FormatInt(t.ID, 10), t.Email, cmp.Or(t.Domain, "all"), t.Scope, cmp.Or(t.Name, "–"), dateOf(t.Used)})
			}
			return sh.print(f.JSON, tokens, rows...)
		})}
	define(c.Flags(), &f, "json")
	return c
}

func (sh *shell) tokenRevoke() *cobra.Command {
	return &cobra.Command{Use: "revoke NUMBER", Short: "Revoke a token, by its number in the list", Args: oneWord,
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usagef("%q is no number of a token: “sandprint token list” shows them", args[0])
			}
			err = in.accounts.RevokeToken(ctx, account.Local(), id)
			if errors.Is(err, problem.NotFound) {
				return failf(exitFailed, "there is no token %d: “sandprint token list” shows which there are", id)
			}
			if err != nil {
				return err
			}
			sh.say("Revoked token %d.", id)
			return nil
		})}
}

// dateOf writes a day in days since 1970; 0 is "never".
func dateOf(day int32) string {
	if day == 0 {
		return "never"
	}
	return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}
