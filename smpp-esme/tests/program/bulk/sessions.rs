//! Sessions that are lost, refused, and back.

use smpp_pdu::{CommandId, CommandStatus};

use super::{Folder, numbered, rows};
use crate::centre::{Script, accept_all, accept_binds, submitted};
use crate::support::{Met, listener, meet, meet_at};

/// Takes the first of at least two messages, and closes the connection.
async fn takes_one(met: &mut Met) {
    let first = met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.order(move |link| {
        submitted(link, first, "m1");
        link.close();
    });
}

#[tokio::test]
async fn it_goes_on_over_another_session_when_one_is_lost() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(10));
    let args = ["bulk", &file, "--json", "--window", "3"];
    let listener = listener().await;
    let mut met = meet_at(&listener, &args, "", accept_binds()).await;
    takes_one(&mut met).await;
    met.meets_again(&listener, accept_all()).await;
    let ran = met.ran().await;
    // What was on its way is unknown.
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains(": session lost: "), "{}", ran.err);
    assert!(ran.err.contains(": bound\n"), "{}", ran.err);
    let (by, summary) = rows(&ran);
    let unknown = by["unknown"].clone();
    assert!(unknown.contains(&2) && unknown.len() <= 3, "{unknown:?}");
    assert_eq!(by["taken"].len(), 10 - unknown.len());
    assert_eq!(summary["not_sent"], 0);

    let ran = meet(&args, "", accept_all()).await.ran().await;
    let (by, summary) = rows(&ran);
    assert_eq!((ran.code, &by["unknown"]), (1, &unknown));
    assert_eq!(summary["requests"], 0);
}

#[tokio::test]
async fn without_a_centre_an_interrupt_leaves_the_rest_for_the_next_run() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(10));
    let args = ["bulk", &file, "--json", "--window", "3"];
    let mut met = meet(&args, "", accept_binds()).await;
    takes_one(&mut met).await;
    met.centre.when_ended().await;
    met.interrupt();
    let ran = met.ran().await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("the same command goes on"), "{}", ran.err);
    let (by, summary) = rows(&ran);
    assert_eq!(by["taken"], [1]);
    let unknown = by["unknown"].clone();
    assert!(unknown.contains(&2) && unknown.len() <= 3, "{unknown:?}");
    assert_eq!(summary["not_sent"], 9 - unknown.len());

    let ran = meet(&args, "", accept_all()).await.ran().await;
    let (by, summary) = rows(&ran);
    assert_eq!((ran.code, &by["unknown"]), (1, &unknown));
    assert_eq!(summary["taken"], 10 - unknown.len());
    assert_eq!(by["taken"].len(), 9 - unknown.len());
}

#[tokio::test]
async fn a_bind_that_is_refused_is_exit_code_3_also_later() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(10));
    let args = ["bulk", &file, "--window", "3"];
    let refusing = || -> Script { Box::new(|_| Some(CommandStatus::ESME_RINVPASWD)) };
    let ran = meet(&args, "", refusing()).await.ran().await;
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("check SYSTEM_ID:PASSWORD"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);

    let listener = listener().await;
    let mut met = meet_at(&listener, &args, "", accept_binds()).await;
    takes_one(&mut met).await;
    met.meets_again(&listener, refusing()).await;
    let ran = met.ran().await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("check SYSTEM_ID:PASSWORD"), "{}", ran.err);
    assert!(ran.out.contains(" not sent;"), "{}", ran.out);
}
