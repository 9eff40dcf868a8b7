async fn create(context: &Context, args: &CreateArgs) -> Result<()> {
    check_new(Kind::Domain, &args.name, args.any_name)?;
    context.warn_name(check_new(Kind::User, &args.admin_user, false)?);
    // A rollback and a dry run make no user, so they need no password for it.
    let password = match context.new_password(&args.password)? {
        None if !args.flow.rollback && !context.dry_run() => {
            Some(context.prompt_new_password(&format!("Password for {}", args.admin_user), "--new-password-stdin")?)
        }
        given => given,
    };
    let admin = Admin { name: args.admin_user.clone(), email: args.admin_email.clone(), password };
    let keystone = context.keystone()?;
    let service = Service {
        name: args.name.clone(),
        description: args.description.clone(),
        admin: Some(admin),
        default_groups: args.default_groups,
        finished: context.finished_unseen(&args.flow),
    };
    let domain = Slot::default();
    let graph = || service.graph(keystone, context.run_id(), &domain);
    let title = format!("service {}", args.name);
    let other_way = |differences: &[Difference]| {
        let (own, name) = (format!("{title}: "), shell_word(&args.name));
        let mut changes = String::new();
        for difference in differences.iter().filter(|difference| difference.what.starts_with(&own)) {
            match (difference.what.strip_prefix(&own), &args.description) {
                (Some("enabled"), _) => changes.push_str(" --enable"),
                (_, Some(text)) => changes = format!("{changes} --description {}", shell_word(text)),
                _ => {}
            }
        }
        if changes.is_empty() {
            format!("orchest service repair {name} --admin-user {}", shell_word(&args.admin_user))
        } else {
            format!("orchest service update {name}{changes}")
        }
    };
    let report = context.create_flow(graph, &title, &args.flow, other_way).await?;
    let Some(report) = report else { return Ok(()) };
    if report.kept.iter().any(|step| *step == format!("user {}", args.admin_user)) {
        context.printer.note(&format!("user {} was there; its password was not changed", args.admin_user));
    }
    if let Some(entity) = domain.entity() {
        context.printer.show(&SERVICE, row(Kind::Domain, &entity, None))?;
    }
    Ok(())
}

