async fn delete(context: &Context, args: &ItemArgs, fail_if_missing: bool, disable_only: bool) -> Result<()> {
    let check = |item: &Item| check_any(Kind::Domain, &item.name).map_err(|error| error.message);
    let items = Items::read(context, args, &[], check)?;
    entity::refuse_bad_arguments(&items)?;
    bulk::report_bad(context, &items);
    if disable_only {
        context.confirm(&format!("take {} out of use", items.names().join(", ")))?;
    } else {
        context.confirm_typed("delete", "service", &items.names())?;
    }
    let results = bulk::each(context, &items, async |item: &Item| {
        if disable_only {
            disable_one(context, &item.name).await
        } else {
            delete_one(context, &item.name, fail_if_missing).await
        }
    })
    .await?;
    context.finish_bulk(&items, &results, "service")
}

async fn disable_one(context: &Context, name: &str) -> Result<Done> {
    let service = context.service_named(name).await?;
    if service.enabled == Some(false) {
        return Ok(Done::new("already so"));
    }
    if context.would(&format!("take service {name} out of use")) {
        return Ok(Done::new("would be disabled"));
    }
    let changes = members(&[("enabled", switch(false, true))]);
    context.keystone()?.update(Kind::Domain, &service.id, &changes).await?;
    Ok(Done::new("disabled"))
}

async fn delete_one(context: &Context, name: &str, fail_if_missing: bool) -> Result<Done> {
    let domain = Slot::default();
    let service = Service {
        name: name.to_owned(),
        description: None,
        admin: None,
        default_groups: false,
        finished: HashMap::new(),
    };
    let graph = service.graph(context.keystone()?, context.run_id(), &domain);
    let absent = if context.dry_run() {
        let found = context.find(Kind::Domain, None, name).await?;
        if !found.is_empty() {
            context
                .would(&format!("disable service {name}, delete its roles, then the service with all that is in it"));
            return Ok(Done::new("would be deleted"));
        }
        true
    } else {
        context.delete_flow(&graph, &format!("service {name}")).await?.made.is_empty()
    };
    if !absent {
        return Ok(Done::new("deleted"));
    }
    let near = context.nearest(Kind::Domain, None, name).await;
    let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    if fail_if_missing {
        return Err(CliError::new(Exit::NotFound, format!("service '{name}' does not exist{hint}")).into());
    }
    Ok(Done::new("absent").detail(format!("nothing to delete{hint}")))
}

