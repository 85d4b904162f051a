use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(std::iter::once("tollgate").chain(line.split_whitespace()))?;
    cli.check()?;
    Ok(cli)
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn what_is_written_is_taken_and_nothing_else_is() {
    for (line, taken) in [
        ("connectors", true),
        ("connectors --json", true),
        ("describe icontact --stream contacts", true),
        ("describe icontact --schema", true),
        ("describe", false),
        ("inspect a.wasm", true),
        ("add a.wasm --grant", true),
        ("add a.wasm --grant-origin https://a.example.com", true),
        ("add a.wasm --grant --grant-origin https://a.example.com", false),
        ("remove icontact", true),
        ("init icontact", true),
        ("check", true),
        ("check --account acme --json -v", true),
        ("discover --stream contacts", true),
        ("discover", false),
        ("choices --stream contacts --field list_id", true),
        ("choices --stream contacts", false),
        ("preview --stream contacts --limit 5 --columns a,b --option x=1", true),
        ("preview --stream contacts --limit 0", false),
        ("preview --stream contacts --option x", false),
        ("read --stream contacts --format csv", true),
        ("read --stream contacts --format xml", false),
        ("read --stream contacts --json", false),
        ("sync", true),
        ("sync nightly weekly --jobs 2", true),
        ("sync --stream a --stream b --to out.db --mode append", true),
        ("sync --stream a", true),
        ("sync --jobs 0", false),
        ("sync a/b", false),
        ("config check", true),
        ("config show --json", true),
        ("config", false),
        ("completions bash", true),
        ("completions bash --json", false),
        ("completions tcl", false),
        ("help limits", true),
        ("check --origin https://a.example.com=http://127.0.0.1:1", true),
        ("check --origin a=b", false),
        ("connectors --origin https://a.example.com=http://127.0.0.1:1", false),
        ("connectors --ca-file x", false),
        ("completions bash --cache-dir x", false),
        ("check -v -q", false),
        ("check --config a --project b", false),
        ("--project b check", true),
        ("frobnicate", false),
        ("", false),
    ] {
        assert_eq!(parse(line).is_ok(), taken, "{line:?}: {:?}", parse(line).err());
    }
}

#[test]
fn options_are_collected_by_name() {
    let cli = parse("preview --stream c --option a=1 --option b=x=y --option a=2,3").unwrap();
    let Command::Preview(args) = cli.command else { panic!("another command") };
    let settings = args.stream.options.settings();
    assert_eq!(settings["a"], ["1", "2,3"]);
    assert_eq!(settings["b"], ["x=y"]);
}

#[test]
fn every_help_has_examples_and_explains_every_option() {
    let mut command = Cli::command();
    command.build();
    for command in command.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        let help = command.render_long_help().to_string();
        assert!(help.contains("Examples:"), "{name} has no examples");
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(argument.get_help().is_some(), "{name} {} is unexplained", argument.get_id());
        }
    }
}
