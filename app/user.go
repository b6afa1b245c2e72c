package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sandprint/app/account"
)

// userFlags are the flags of the user commands.
type userFlags struct {
	Customer      string `flag:"customer" arg:"NAME" help:"the customer whose sites they see; made when it is new, and not needed when there is only one"`
	Role          string `flag:"role" arg:"ROLE" help:"owner, admin, editor or viewer; by default owner of a new customer and viewer of one that is there"`
	PasswordStdin bool   `flag:"password-stdin" help:"read the password from standard input; without it, a one-time link to choose one is printed"`
	JSON          bool   `flag:"json" help:"print JSON"`
}

func (sh *shell) userCommand() *cobra.Command {
	var f userFlags
	password := "" // read where the terminal is
	readPassword := func(*cobra.Command, []string) (err error) {
		if f.PasswordStdin && sh.live == nil {
			password, err = sh.askHidden("Password: ")
			sh.in = strings.NewReader(password + "\n")
		}
		return err
	}
	takePassword := func() (string, error) {
		if !f.PasswordStdin {
			return "", nil
		}
		p, err := readLine(sh.in)
		if err == nil && p == "" {
			err = usagef("--password-stdin found no password on standard input")
		}
		return p, err
	}
	add := &cobra.Command{Use: "add EMAIL", Short: "Add a user, or one more customer to a user", Args: oneWord, PreRunE: readPassword,
		Long: "Add a user, or one more customer to a user. The first user also becomes the operator of the instance and ends its setup.",
		RunE: sh.onNewData(func(ctx context.Context, in *instance, args []string) error {
			p, err := takePassword()
			if err != nil {
				return err
			}
			u, err := in.accounts.AddUser(ctx, account.Local(), account.NewUser{Email: args[0], Customer: f.Customer, Role: account.Role(f.Role), Password: p})
			if err != nil {
				return err
			}
			if err := sh.print(f.JSON, u, userRow(u)); err != nil {
				return err
			}
			if u.Ready && len(u.Members) > 1 {
				sh.say("%s had an account: whoever knows its password is let in. Where that may be somebody else, remove the account and add it anew.", u.Email)
			}
			if u.Ready {
				return nil
			}
			return sh.passwordLink(ctx, in, u.Email)
		})}
	define(add.Flags(), &f)
	passwordCommand := &cobra.Command{Use: "password EMAIL", Short: "Set a password, or print a one-time link to choose one", Args: oneWord, PreRunE: readPassword,
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			p, err := takePassword()
			if err != nil {
				return err
			}
			if p == "" {
				return sh.passwordLink(ctx, in, args[0])
			}
			if err := in.accounts.SetPassword(ctx, account.Local(), args[0], p); err != nil {
				return err
			}
			sh.say("The password is set; every other session of %s has ended.", args[0])
			return nil
		})}
	define(passwordCommand.Flags(), &f, "password-stdin")
	return group("user", "Add, list and remove people", add, sh.userList(), sh.userRemove(), passwordCommand)
}

func (sh *shell) userList() *cobra.Command {
	var f userFlags
	c := &cobra.Command{Use: "list", Short: "List users", Args: cobra.NoArgs,
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			users, err := in.accounts.Users(ctx, account.Local())
			if err != nil {
				return err
			}
			rows := [][]string{{"E-MAIL", "CUSTOMERS", "PASSWORD"}}
			for _, u := range users {
				rows = append(rows, userRow(u))
			}
			return sh.print(f.JSON, users, rows...)
		})}
	define(c.Flags(), &f, "json")
	return c
}

func (sh *shell) userRemove() *cobra.Command {
	return &cobra.Command{Use: "remove EMAIL", Short: "Remove a user with their sessions and tokens", Args: oneWord,
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			if err := in.accounts.RemoveUser(ctx, account.Local(), args[0]); err != nil {
				return err
			}
			if err := in.privacy.FinishUsers(ctx); err != nil {
				return failf(exitFailed, "%s is removed, but is still in a copy in %s: %w; it goes on by itself tonight", args[0], filepath.Join(in.dir, "backups"), err)
			}
			sh.say("Removed %s, with all sessions and tokens.", args[0])
			return nil
		})}
}

// passwordLink prints a link by which a user chooses a password.
func (sh *shell) passwordLink(ctx context.Context, in *instance, email string) error {
	secret, err := in.accounts.NewLink(ctx, account.Local(), email, account.PasswordLink)
	if err != nil {
		return err
	}
	base := in.base
	if base == "" {
		base = "http://127.0.0.1:8080"
		sh.say("Sandprint isn't running: put its own address in the place of %s.", base)
	}
	sh.say("This link lets %s choose a password, once, within 72 hours:", email)
	fmt.Fprintln(sh.out, base+"/link/"+secret)
	return nil
}

func userRow(u account.User) []string {
	var members []string
	for _, m := range u.Members {
		members = append(members, fmt.Sprintf("%s (%s)", m.Customer, m.Role))
	}
	if u.Operator {
		members = append(members, "operator")
	}
	password := "not yet chosen"
	if u.Ready {
		password = "set"
	}
	return []string{u.Email, strings.Join(members, ", "), password}
}
