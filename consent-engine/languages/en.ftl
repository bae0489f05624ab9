# The words of the pages, in English. Reading age 9; sentences under 20 words; the body is named, not the system.
# No `<`, `>`, `&` and no straight quotes: what stands here goes into pages as it is.

language-name = English
language-direction = ltr

## Times. `$kind` says which form of the clock; `$hour` counts to 12.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date = { $day } { $month } { $year }
date-this-year = { $day } { $month }
time =
    { $kind ->
        [midday] midday
        [midnight] midnight
        [full-am] { $hour }am
        [full-pm] { $hour }pm
        [am] { $hour }:{ $minute }am
       *[pm] { $hour }:{ $minute }pm
    }
moment = { $time } on { $date }
when-today = today at { $time }
when-tomorrow = tomorrow at { $time }
when-later = at { $moment }
days =
    { $number ->
        [one] 1 day
       *[other] { $number } days
    }
hours =
    { $number ->
        [one] 1 hour
       *[other] { $number } hours
    }
minutes =
    { $number ->
        [one] 1 minute
       *[other] { $number } minutes
    }
seconds =
    { $number ->
        [one] 1 second
       *[other] { $number } seconds
    }
choice-today = Just today, for { $length }
choice-until = { $length }, until { $end }

## Around every page

title = { $title } – { $portal }
title-error = Error: { $title } – { $portal }
skip = Skip to main content
viewer-signed-in = Signed in as { $name } (ID ending { $ending }).
viewer-not-me = This is not me
languages = Language
footer = Support links
footer-mine = What I am sharing
footer-history = Who got my information
footer-sources = Who holds information about me
footer-settings = Settings
footer-help = Help
footer-privacy = Privacy
footer-accessibility = Accessibility statement
footer-complaints = To complain, contact { $complaints }.

## Signing in

gate-request = Sign in to see who is asking for your information
gate-history = Sign in to see who got your information
gate-mine = Sign in to see what you are sharing
gate-settings = Sign in to change your settings
gate-lead = You decide who can get the information that the government holds about you.
gate-kept = You were signed out, because you did nothing for 20 minutes. Sign in again to go on. Your choices are kept.
gate-kept-text = You were signed out, because you did nothing for 20 minutes. Sign in again to go on. What you wrote is kept.
gate-ended = You were signed out, because you did nothing for 20 minutes. Sign in again to go on.
gate-button = Sign in with { $provider }
gate-why = Why do I need to sign in?
gate-why-person = This page is about one person. We show it to that person and to nobody else.
gate-why-learn = We learn your name and your identity number from { $provider }, and nothing more. We never see your password.
again-title = Sign in again to see this request
again-why = Someone is asking for sensitive information about you. We must be sure that it is you.
again-how = { $provider } will ask for your password and for more, such as a code from your phone.
again-late = More than 5 minutes have passed since you signed in. Sign in again to go on. Your choices are kept.
again-not-enough = You signed in, but not in the way that this request needs. Try again.
again-button = Sign in again with { $provider }

## The question

request-title = Do you want to share your information with { $body }?
request-asks = The { $application }, run by { $bodyInFull }, is asking for information the government holds about you.
request-why = Why:
request-rules = They may not use it for anything else. You can say no. { $ifRefused }
request-kept = You are signed in again. Check your choices, then answer.
request-changed = The request has changed since you looked at it. Nothing was shared. Check it and answer again.
request-changed-more = The request has changed since you looked at it. Nothing more was shared. Check it and answer again.
request-more = You are already sharing other information with them. { $link }. Your answer here does not change that.
needed-title = What they need
needed-lead = They say they cannot go on without these.
from-provider = From { $provider }
from-provider-count =
    { $number ->
        [one] 1 item from { $provider }
       *[other] { $number } items from { $provider }
    }
some-register = a government register
optional-title = Also share, if you want to
optional-hint = These are your choice. Leave them empty and you are treated the same.
optional-from = From { $provider }.
length-title = How long can they get it?
length-hint = They asked for up to { $longest }. You can stop at any time.
length-only = { $length }. You can stop at any time.
happens-title = What happens to your information
happens-path = It goes from each department to the { $application } when they ask for it. { $portal } does not keep a copy.
happens-log = Each time they ask for it, we write that down.
happens-stop = { $retention } Stopping later does not undo what they already received.
happens-wrong = If something looks wrong, { $help }, or complain to { $complaints }.
happens-help = get help
share-button = Share this information
deny-button = Do not share
later = Decide later
ends = This request ends { $when }.
unexpected-button = I did not ask for this
idle = If you do nothing for 20 minutes, you are signed out. Your choices are kept.
idle-text = If you do nothing for 20 minutes, you are signed out. What you wrote is kept when you choose “Send”.
form-kept = You are signed in again. What you filled in is kept. Check it, then go on.
error-word = Error
error-title = There is a problem
error-decision = Choose whether to share
error-optional = Choose what to share, or choose “Do not share”
error-length = Choose how long they can get your information
back-unknown = The address to go back to is not one that the { $application } has given us. So there is no link to it here.

## The answer

sharing-title = You are sharing your information
sharing-some-title = You are sharing some of your information
sharing-panel = With { $body }, until { $until }
sharing-what = What you are sharing
sharing-left-out = What you chose not to share
sharing-stop = You can stop at any time. { $link }.
sharing-stop-link = See the details or stop sharing
item-from = { $label }, from { $provider }
reference = Your reference: { $reference }
continue = Continue to { $application }
no-title = You said no
no-only = { $bodyFirst } will not get:
no-only-rest = They will be told you said no. What you were sharing before has not changed.
no-all = { $bodyFirst } will not get your information. They will be told you said no.
no-quiet = They cannot ask again for this until { $date }.
no-unexpected = You told us that you did not ask for this. We have marked it for the people who run { $portal }.
no-unexpected-told = You told us that you did not ask for this. We have marked it for the people who run { $portal }, and we tell { $body }.
change-mind = Change my mind
answered-title = You have already answered this
answered-asked = { $bodyFirst } asked for your information { $why }.
answered-yes = You said yes at { $at }.
answered-no = You said no at { $at }.
answered-stop = You stopped sharing at { $at }.
answered-narrow = You changed what you share at { $at }.
answered-can-get = They can get these until { $until }:
answered-nothing = Nothing is shared with them now.
ended-request-title = This request has ended
ended-request = It ended at { $at }. Nothing was shared.
ended-request-more = It ended at { $at }. Nothing more was shared.
ended-sharing-title = This sharing has ended
ended-sharing = It ended at { $at }. { $bodyFirst } can no longer get your information from us.
ended-again = If you still want to share your information, go back to the { $application } and start again.
cancelled-title = { $bodyFirst } no longer needs your answer
cancelled = Nothing was shared.
cancelled-more = Nothing more was shared.

## What a person shares

mine-title = What you are sharing
mine-title-ended = What you are sharing: ended
mine-title-no = What you are sharing: said no
mine-tabs = Sharing
mine-now = Now
mine-ended = Ended
mine-no = Said no
mine-waiting = Waiting for your answer
mine-sharing = Sharing now
mine-asked-by = Asked by
mine-why = Why
mine-what = What
mine-ends = Ends on
mine-used = Last used
mine-used-never = Not used yet
mine-used-before = Not since { $date }
mine-used-unknown = This cannot be told now
mine-answer-by = Answer by
mine-said-no-at = You said no at
mine-unexpected = { $at }. You said that you did not ask for this.
mine-stopped-at = You stopped at
mine-ended-at = Ended at
mine-answer = Answer
mine-details-and-stop = See details and stop
mine-details = See details
mine-nothing-now = You are not sharing anything now.
mine-nothing-ended = Nothing that you shared has ended.
mine-nothing-no = You have not said no to anybody.
mine-link = See what you are sharing
detail-sharing = Sharing with { $body }
detail-no = You said no to { $body }
detail-stopped = You stopped sharing with { $body }
detail-not-sharing = Not sharing with { $body }
detail-waiting = They are asking for information about you. { $link }
detail-waiting-more = They are asking for more. { $link }
detail-answer = Answer them
detail-can-get = The { $application }, run by { $bodyInFull }, can get information the government holds about you.
detail-asked-for = The { $application }, run by { $bodyInFull }, asked for information the government holds about you.
detail-shared-title = What they can get
detail-until = Until { $until }
detail-since = Since { $since }
detail-choose-again = Choose again about these
detail-refused-title = What they do not get
detail-uses-title = When they asked for it
detail-uses-all = See every time they asked
detail-uses-unknown = We cannot show this now. The record of who got your information is not answering.
then-title = What you were told when you said yes
then-at = You said yes at { $at }. These are the words of that day.
detail-happened = What happened so far
detail-contact = To ask { $body } something, contact them: { $contact }.
happened-reopened = You chose to answer again.
happened-asked =
    { $number ->
        [one] They asked for 1 thing.
       *[other] They asked for { $number } things.
    }
happened-shared =
    { $number ->
        [one] You shared 1 thing, until { $end }.
       *[other] You shared { $number } things, until { $end }.
    }
happened-left-out =
    { $number ->
        [one] You left out 1 thing.
       *[other] You left out { $number } things.
    }
happened-no = You said no.
happened-unexpected = You said no, and that you did not ask for this.
happened-blocked = You were not asked, because you do not let them ask.
happened-stopped = You stopped sharing.
happened-stopped-some =
    { $number ->
        [one] You stopped sharing 1 thing.
       *[other] You stopped sharing { $number } things.
    }
happened-shorter = You chose a shorter time, until { $end }.
happened-ended = It had ended by then.
happened-superseded = Your earlier answer was replaced by the one that follows.

## Stopping

stop-button = Stop sharing
keep-button = Keep sharing
stop-some-button = Stop sharing one item
less-time-button = Share for less time
stop-title = Do you want to stop sharing with { $body }?
stop-effect = They will not be able to get your information from us any more. This takes effect at once.
stop-have = They keep what they already have. { $retention } To ask them to delete it, contact them: { $contact }.
stopped-title = You have stopped sharing with { $body }
stopped-at = You stopped at { $at }. They can no longer get your information from us.
stopped-told = We tell the { $application } that you stopped, usually within one minute.
stopped-quiet = They cannot ask you again for this until { $date }. You can { $link } at any time.
stopped-change-mind = change your mind
some-title = What do you want to stop sharing with { $body }?
some-hint = Choose one or more. They can still get the others.
some-needed = From { $provider }. They say they cannot go on without this.
some-button = Stop sharing these
some-error = Choose what to stop sharing
less-title = How long can { $body } get your information?
less-now = They can get it until { $until } now. You can only choose a shorter time.
less-none = There is no shorter time to choose. You can stop now.
less-button = Change the time
less-error = Choose a shorter time
changed-title = You have changed what you share with { $body }
changed-at = You changed it at { $at }. It takes effect at once.

## Who holds information

sources-title = Who holds information about you
sources-lead = These bodies keep information about people. They can share it through { $portal } when you say yes.
sources-keeps = What it keeps
sources-contact = How to reach it
sources-corrections = If something is wrong
sources-ask = Ask them to correct it.
sources-copy = { $portal } itself keeps none of it.

## Who got what

history-title = Who got your information
history-title-part = Who got your information ({ $part })
history-part = { $first } to { $last } of { $total }
history-link = See who got your information
history-lead = Each time somebody asks us for information about you, we write it down. This is the list.
history-narrow = Show only some of it
history-who = Who
history-everybody = Everybody
history-from = From
history-from-hint = The first day
history-until = Until
history-until-hint = The last day
history-show = Show
history-show-all = Show everything
history-answer = This is only what rests on one answer of yours. { $link }
history-error-from = Enter a real first day, like 2026-11-21
history-error-until = Enter a real last day, like 2026-11-21
history-error-order = The last day cannot be before the first
history-behind = The newest are still being added. Look again in a few minutes.
history-for = { $bodyFirst }, for the { $application }
history-result = Result
history-got = They got it
history-got-some = They got some of it
history-nothing-found = Nothing was found
history-failed = They did not get it: a register did not answer
history-explained = They only asked what they could get
history-refused = They were refused
history-not-shared = You chose not to share it
history-stopped = You stopped sharing it
history-no-yes = You had not said yes
history-not-allowed = They are not allowed to get it
history-explained-one = They only asked whether they could get it
history-no-answer = The register did not answer
history-not-got = They did not get it
history-you-said-yes = You said yes
history-you-said-yes-on = You said yes on { $date }
history-needs-yes = It needs your yes.
history-what-you-said = See what you said
history-law = The law: { $law }, { $section }
history-court = A court ordered it: { $court }, { $reference }
history-open = Nobody has to be asked for it
history-nothing-chosen = Nothing that you chose is in the list.
history-nobody = Nobody has asked us for information about you.
history-pages = Pages
history-newer = Newer
history-older = Older
history-not-shown = Some look-ups may not be shown yet, by law.
history-keep = Keep the list: { $table } or { $programs }.
history-keep-table = as a table (CSV)
history-keep-programs = for programs (JSON)
history-cut = Only the newest { $most } are in a file. Choose days to get older ones.
history-time = Time (ISO 8601)
history-number = Number
use-got = { $bodyFirst } got your information on { $date }
use-asked = { $bodyFirst } asked for your information on { $date }
use-when = When
use-what = What they asked for
use-number = The number of this request: { $number }
wrong-title = I think this is wrong
wrong-lead = Write what is wrong. The data protection officer of { $portal } reads it, and can see what was asked.
wrong-label = What is wrong?
wrong-hint = Say how we can reach you if you want an answer.
wrong-button = Send
wrong-error-nothing = Write what is wrong
wrong-error-long = Write at most 2,000 characters
sent-title = We have passed this on
sent-lead = The data protection officer of { $portal } will read what you wrote. It is kept, and nobody can change it.
also-complain = You can also complain to { $complaints }.

## What is got without asking

notice-title = { $bodyFirst } will get information about you
notice-lead = The { $application }, run by { $bodyInFull }, gets information the government holds about you. You are not asked, because of the law.
notice-law = The law:
notice-court = A court ordered it:
notice-court-until = { $court }, { $reference }, until { $until }.
notice-only = They may not use it for anything else.
notice-what = What they get
notice-under-law = Under { $law }, { $section }:
notice-under-order = By order of { $court }, { $reference }:
notice-object-title = How to object

## Whom a person does not want to be asked by

block-link = Do not let them ask me again
block-title = Do you want to stop { $body } from asking you?
block-effect = The { $application } will not be able to ask you for anything more. Each time they try, they are told no.
block-shared = What you share with them now is not changed. You can stop that, too.
block-button = Do not let them ask
block-keep = Let them ask
blocked-lead = You do not let the { $application } ask you.
blocked-since = Since { $since }
settings-blocked-title = Whom you do not let ask
settings-unblock-button = Let them ask again

## Settings

settings-title = Settings
settings-language = Language
settings-language-lead = Read these pages in:
settings-sign-out-title = Where you are signed in
settings-sign-out-lead = You can sign out on this and every other device at once.
settings-sign-out-button = Sign out everywhere
settings-sign-in-lead = You are not signed in here.

## Signing out

out-title = Do you want to sign out?
out-lead = You are signed in as { $name } (ID ending { $ending }). If this is not you, sign out. You can then sign in as yourself.
out-button = Sign out
out-stay = Stay signed in
out-done-title = You are signed out
out-done = { $provider } will ask again who you are.
out-everywhere = You are signed out on every device.
out-other = Sign in as someone else

## What went wrong

missing-title = We cannot find this request
missing-check = Check that you are signed in as the right person. You are signed in as { $name } (ID ending { $ending }).
missing-help = Get help
no-page-title = Page not found
no-page = If you typed the address, check that it is right.
not-accepted-title = We could not accept your answer
not-accepted = The page was open for too long, or you signed in again since. Nothing was changed.
not-accepted-again = Go back, load the page again and answer once more.
too-large = What was sent is larger than an answer can be. Nothing was changed.
not-signed-in-title = You are not signed in
not-signed-in = { $provider } did not sign you in, or it took too long. Nothing was changed.
not-recognised-title = We do not know who you are
not-recognised = You signed in, but { $provider } did not tell us an identity number that we can use.
no-provider-title = You cannot sign in now
no-provider = { $provider } is not answering. Try again in a few minutes.
no-ledger-title = This is not working now
no-ledger = Nothing was changed. Try again in a few minutes.
no-record-title = You cannot see this now
no-record = The record of who got your information is not answering.
our-mistake-title = Something went wrong
our-mistake = This is our mistake, not yours. Try again in a few minutes.
try-again = Try again
trace = If you ask for help, tell us this number: { $number }

## Help

help-title = Help
help-asked-title = Somebody asks for my information
help-asked = Read who asks, what they want and why. Then choose. You can say no, and you can stop later.
help-asked-unexpected = If you did not start anything with them, choose “I did not ask for this”.
help-stop-title = I want to stop
help-stop = Open { $link }, choose the organisation, and choose “Stop sharing”. It takes effect at once.
help-other-way = You can also stop without these pages: { $otherWay }.
help-wrong-title = My information is wrong
help-wrong = { $portal } does not keep your information, so we cannot correct it. Ask the body that keeps it. { $link }.
help-sign-in-title = I cannot sign in
help-sign-in = You sign in with { $provider }. Only they can help with your password.
help-complain-title = I want to complain
help-complain = Complain to { $complaints }.

## Privacy

privacy-title = Privacy
privacy-keep-title = What we keep about you
privacy-keep-who = your identity number and, while you are signed in, your name
privacy-keep-asked = who asked for your information, for what, and what you answered
privacy-keep-given = when something was asked for, and whether it was given
privacy-sealed = Your identity number and your name lie encrypted. We do not keep the information that you share.
privacy-path = It goes from the body that keeps it to whoever you said yes to.
privacy-cookies-title = Cookies
privacy-cookies = We set one cookie while you sign in and one while you are signed in. One keeps what you filled in, if you are signed out or have to answer again. They go when you close your browser.
privacy-cookies-language = If you choose a language, one more remembers it for a year. There are no others, and nobody counts your visits.
privacy-session-title = How long you stay signed in
privacy-session = We sign you out after 20 minutes in which you do nothing, and after 8 hours in any case.
privacy-answers-title = Your answers
privacy-answers = We do not change or delete an answer. A new answer is added to the old ones, so that you can always see what you said.
privacy-complain = To complain, contact { $complaints }.

## Accessibility

access-title = Accessibility statement
access-lead = We want everybody to be able to use these pages. You should be able to:
access-zoom = zoom in up to 400% without scrolling sideways
access-keyboard = use every page with a keyboard only
access-scripts = use every page with scripts turned off: there are none
access-reader = listen to every page with a screen reader
access-checked-title = What we have checked
access-checked = A program checks every page, in every language, against WCAG 2.2 AA. It looks at screens of 1280, 390 and 320 pixels. It finds no fault, but no program finds everything.
access-not-yet-title = What does not work yet
access-not-yet = People who use screen readers have not tested the pages yet.
access-tell-title = Tell us
access-tell = If something on { $portal } does not work for you, contact { $complaints }.

## Receipts

receipt-gate = Sign in to see your receipt
receipt-title = Receipt
receipt-lead = This is what you decided about sharing your information with the { $application }.
receipt-download = Download the signed receipt
receipt-back = Back to the details
receipt-print = To print this page or to save it as a PDF, use “Print” in your browser.
receipt-check-title = How to check it
receipt-check = Anybody to whom you give the downloaded file can check at { $link } that we signed it and that nothing in it was changed. This page alone is not signed.
receipt-link = See, print or download your receipt
receipt-your = Your receipt
receipt-after-yes = { $link } says all of this, signed by us.
receipt-after-stop = { $link } says so too.
help-receipt-title = I want to show what I decided
help-receipt = Each thing that you share has a receipt, signed by us. You find it with the details. Whoever gets it from you can { $link }.
help-receipt-link = check it

## What a receipt says

record-whose = Whose information
record-person = Person with ID ending { $ending }
record-asked-by = Asked by
record-run-by = Run by
record-why = Why
record-ground = On what ground
record-ground-yes = The person said yes
record-given = Said yes at
record-ends = Ends
record-ended = Ended
record-state = State
record-state-given = Shared
record-state-narrowed = Shared, but less than at first
record-state-withdrawn = Stopped
record-state-ended = Ended
record-shared = What is shared
record-not-shared = What is not shared any more
record-left-out = What the person chose not to share
record-shared-until = Shared until { $until }
record-happened = What happened
record-keep = How long they keep it
record-see = How to see it or stop it
record-see-at = Only the person can do this, at { $link }.
record-other-way = Without the internet: { $otherWay }.
record-complain-title = How to complain
record-signed-title = How it was signed
record-signed-by = Signed by
record-signed-at = Signed at
record-reference = Reference
record-step = { $reference }, step { $step }
record-what-shown = What was shown
record-page = Page in the language “{ $language }”, with the SHA-256 { $hash }
record-signed-in = Signed in at { $at }
record-strength = Strength of the sign-in: { $strength }
record-no-page = Another portal showed the question. What it said was not written down here.
record-key = Key
told-reopened =
    { $number ->
        [one] Chose to answer again about 1 thing.
       *[other] Chose to answer again about { $number } things.
    }
told-asked =
    { $number ->
        [one] Was asked for 1 thing.
       *[other] Was asked for { $number } things.
    }
told-yes =
    { $number ->
        [one] Said yes to 1 thing, until { $end }.
       *[other] Said yes to { $number } things, until { $end }.
    }
told-no =
    { $number ->
        [one] Said no to 1 thing.
       *[other] Said no to { $number } things.
    }
told-less =
    { $number ->
        [one] Stopped sharing 1 thing.
       *[other] Stopped sharing { $number } things.
    }
told-shorter = Chose a shorter time, until { $end }.
told-stopped = Stopped sharing.
told-ended =
    { $number ->
        [one] The time for 1 thing had ended by then.
       *[other] The time for { $number } things had ended by then.
    }
told-superseded =
    { $number ->
        [one] Was asked again for 1 thing, in other words.
       *[other] Was asked again for { $number } things, in other words.
    }

## Checking a receipt

verify-title = Check a receipt
verify-lead = Has somebody shown you a receipt from { $portal }? Here you can check that we signed it, and that nothing in it was changed.
verify-nothing-kept = We do not keep what you send. You do not have to sign in.
verify-file = The receipt as a file
verify-file-hint = Its name begins with “receipt” and ends with “.json”.
verify-text = Or the text of the receipt
verify-text-hint = Paste all of it.
verify-button = Check it
verify-yourself = You can check it without us, too: our public keys are at { $link }.
verify-error-nothing = Choose a file, or paste a receipt
verify-error-large = Choose a smaller file: no receipt is as large as this one
verify-another = Check another receipt
genuine-title = This receipt is genuine
genuine-signed = We signed it at { $at }
genuine-means = What this means
genuine-means-signed = { $portal } signed it. Nobody else can.
genuine-means-whole = Nothing in it was changed since. What you read below is what we signed.
genuine-key = We used the key for it from { $from }.
genuine-key-old = We used the key for it from { $from } until { $until }. We use another one now.
genuine-earlier =
    { $number ->
        [one] It also holds 1 older signature of ours about the same decision. It is genuine too.
       *[other] It also holds { $number } older signatures of ours about the same decision. They are genuine too.
    }
genuine-means-not = What this does not mean
genuine-not-now = It may not be so any more. The person can stop at any time.
genuine-not-who = It does not say who the person is. It says only how their ID ends.
genuine-not-got = It does not say whether anybody has got the information.
genuine-says = What it says
not-genuine-title = This receipt proves nothing
not-genuine-advice = Do not rely on it. Ask the person for the file that they downloaded from { $portal }, not a copy of it in another program.
refusal-other = It is not one of our receipts. Check that it is the right file.
refusal-key = We did not sign it. It names a key that we never had.
refusal-signature = It was changed after it was signed, or we never signed it.
refusal-record = What it shows is not what we signed. Somebody has changed it.
refusal-earlier = The older signatures in it are not the ones that belong to it. Somebody has changed it.
refusal-time = It says that it was signed at a time when we did not use that key.
refusal-way = It is signed in a way in which we do not sign receipts.
