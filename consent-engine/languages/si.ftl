# පිටුවල වචන, සිංහලෙන්.

language-name = සිංහල
language-direction = ltr

## Times

month-1 = ජනවාරි
month-2 = පෙබරවාරි
month-3 = මාර්තු
month-4 = අප්‍රේල්
month-5 = මැයි
month-6 = ජූනි
month-7 = ජූලි
month-8 = අගෝස්තු
month-9 = සැප්තැම්බර්
month-10 = ඔක්තෝබර්
month-11 = නොවැම්බර්
month-12 = දෙසැම්බර්
date = { $year } { $month } { $day }
date-this-year = { $month } { $day }
time =
    { $kind ->
        [midday] දහවල් 12.00
        [midnight] මැදියම් රාත්‍රී 12.00
        [full-am] පෙ.ව. { $hour }.00
        [full-pm] ප.ව. { $hour }.00
        [am] පෙ.ව. { $hour }.{ $minute }
       *[pm] ප.ව. { $hour }.{ $minute }
    }
moment = { $date } { $time }
when-today = අද { $time }
when-tomorrow = හෙට { $time }
when-later = { $moment }
days =
    { $number ->
        [one] දින { $number }ක්
       *[other] දින { $number }ක්
    }
hours =
    { $number ->
        [one] පැය { $number }ක්
       *[other] පැය { $number }ක්
    }
minutes =
    { $number ->
        [one] මිනිත්තු { $number }ක්
       *[other] මිනිත්තු { $number }ක්
    }
seconds =
    { $number ->
        [one] තත්පර { $number }ක්
       *[other] තත්පර { $number }ක්
    }
choice-today = අද පමණයි, { $length }
choice-until = { $length }, { $end } දක්වා

## Around every page

title = { $title } – { $portal }
title-error = දෝෂයකි: { $title } – { $portal }
skip = ප්‍රධාන අන්තර්ගතයට යන්න
viewer-signed-in = { $name } ලෙස පිවිස ඇත (හැඳුනුම්පත් අංකය අවසන් වන්නේ { $ending }).
viewer-not-me = මේ මම නොවේ
languages = භාෂාව
footer = උපකාරක සබැඳි
footer-mine = මම බෙදා ගන්නා දේ
footer-history = මගේ තොරතුරු ලබා ගත්තේ කවුද
footer-sources = මා ගැන තොරතුරු තබා ගන්නේ කවුද
footer-settings = සැකසුම්
footer-help = උපකාර
footer-privacy = පෞද්ගලිකත්වය
footer-accessibility = ප්‍රවේශ්‍යතා ප්‍රකාශය
footer-complaints = පැමිණිලි කිරීමට අමතන්න: { $complaints }.

## Signing in

gate-request = ඔබේ තොරතුරු ඉල්ලන්නේ කවුදැයි බැලීමට පිවිසෙන්න
gate-history = ඔබේ තොරතුරු ලබා ගත්තේ කවුදැයි බැලීමට පිවිසෙන්න
gate-mine = ඔබ බෙදා ගන්නා දේ බැලීමට පිවිසෙන්න
gate-settings = ඔබේ සැකසුම් වෙනස් කිරීමට පිවිසෙන්න
gate-lead = රජය සතුව ඇති ඔබේ තොරතුරු ලබා ගත හැක්කේ කාටදැයි තීරණය කරන්නේ ඔබයි.
gate-kept = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළ නිසා ඔබව ඉවත් කළා. ඉදිරියට යාමට නැවත පිවිසෙන්න. ඔබේ තේරීම් තබාගෙන ඇත.
gate-kept-text = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළ නිසා ඔබව ඉවත් කළා. ඉදිරියට යාමට නැවත පිවිසෙන්න. ඔබ ලියූ දේ තබාගෙන ඇත.
gate-ended = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළ නිසා ඔබව ඉවත් කළා. ඉදිරියට යාමට නැවත පිවිසෙන්න.
gate-button = { $provider } සමඟ පිවිසෙන්න
gate-why = මා පිවිසිය යුත්තේ ඇයි?
gate-why-person = මෙම පිටුව එක් පුද්ගලයෙකු ගැනයි. අපි එය පෙන්වන්නේ ඒ පුද්ගලයාට පමණයි.
gate-why-learn = { $provider } වෙතින් අප දැන ගන්නේ ඔබේ නම සහ හැඳුනුම්පත් අංකය පමණයි. ඔබේ මුරපදය අපට කිසිදා නොපෙනේ.
again-title = මෙම ඉල්ලීම බැලීමට නැවත පිවිසෙන්න
again-why = යමෙක් ඔබ ගැන සංවේදී තොරතුරු ඉල්ලයි. ඒ ඔබමදැයි අප තහවුරු කර ගත යුතුයි.
again-how = { $provider } ඔබේ මුරපදයට අමතරව, ඔබේ දුරකථනයේ කේතයක් වැනි දෙයක් ද අසයි.
again-late = ඔබ පිවිස මිනිත්තු 5කට වඩා ගත වී ඇත. ඉදිරියට යාමට නැවත පිවිසෙන්න. ඔබේ තේරීම් තබාගෙන ඇත.
again-not-enough = ඔබ පිවිසියත්, ඒ මෙම ඉල්ලීමට අවශ්‍ය ආකාරයට නොවේ. නැවත උත්සාහ කරන්න.
again-button = { $provider } සමඟ නැවත පිවිසෙන්න

## The question

request-title = ඔබේ තොරතුරු { $body } සමඟ බෙදා ගැනීමට ඔබ කැමතිද?
request-asks = { $bodyInFull } පවත්වාගෙන යන { $application }, රජය සතුව ඇති ඔබේ තොරතුරු ඉල්ලයි.
request-why = හේතුව:
request-rules = ඔවුන්ට එය වෙන කිසිවකට යොදා ගත නොහැකිය. ඔබට එපා කියන්න පුළුවන්. { $ifRefused }
request-kept = ඔබ නැවත පිවිස ඇත. ඔබේ තේරීම් පරීක්ෂා කර පිළිතුරු දෙන්න.
request-changed = ඔබ බැලූ පසු ඉල්ලීම වෙනස් වී ඇත. කිසිවක් බෙදා ගත්තේ නැත. එය පරීක්ෂා කර නැවත පිළිතුරු දෙන්න.
request-changed-more = ඔබ බැලූ පසු ඉල්ලීම වෙනස් වී ඇත. අලුතින් කිසිවක් බෙදා ගත්තේ නැත. එය පරීක්ෂා කර නැවත පිළිතුරු දෙන්න.
request-more = ඔබ දැනටමත් ඔවුන් සමඟ වෙනත් තොරතුරු බෙදා ගනී. { $link }. මෙහි ඔබේ පිළිතුරෙන් එය වෙනස් නොවේ.
needed-title = ඔවුන්ට අවශ්‍ය දේ
needed-lead = මේවා නැතිව ඉදිරියට යා නොහැකි බව ඔවුන් පවසයි.
from-provider = { $provider } වෙතින්
from-provider-count =
    { $number ->
        [one] { $provider } වෙතින් එක් දෙයක්
       *[other] { $provider } වෙතින් දේවල් { $number }ක්
    }
some-register = රජයේ ලේඛනයක්
optional-title = කැමති නම්, මේවාත් බෙදා ගන්න
optional-hint = මේවා ඔබේ තේරීමයි. හිස්ව තැබුවත් ඔබට සලකන්නේ එකම විදියටයි.
optional-from = { $provider } වෙතින්.
length-title = ඔවුන්ට එය කොපමණ කලක් ලබා ගත හැකිද?
length-hint = ඔවුන් ඉල්ලුවේ උපරිම වශයෙන් { $longest }. ඔබට ඕනෑම විටක නවත්වන්න පුළුවන්.
length-only = { $length }. ඔබට ඕනෑම විටක නවත්වන්න පුළුවන්.
happens-title = ඔබේ තොරතුරුවලට සිදුවන දේ
happens-path = ඔවුන් ඉල්ලන විට, එය එක් එක් දෙපාර්තමේන්තුවෙන් { $application } වෙත යයි. { $portal } පිටපතක් තබා නොගනී.
happens-log = ඔවුන් එය ඉල්ලන සෑම විටම, අපි එය සටහන් කරමු.
happens-stop = { $retention } පසුව නැවැත්වූවත්, ඔවුන්ට දැනටමත් ලැබුණු දේ ආපසු නොඑයි.
happens-wrong = යමක් වැරදි බව පෙනේ නම්, { $help }, නැතහොත් මෙතැනට පැමිණිලි කරන්න: { $complaints }.
happens-help = උපකාර ලබා ගන්න
share-button = මේ තොරතුරු බෙදා ගන්න
deny-button = බෙදා නොගන්න
later = පසුව තීරණය කරන්න
ends = මෙම ඉල්ලීම අවසන් වන්නේ { $when }ටයි.
unexpected-button = මම මෙය ඉල්ලුවේ නැහැ
idle = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළහොත් ඔබව ඉවත් කෙරේ. ඔබේ තේරීම් තබා ගැනේ.
idle-text = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළහොත් ඔබව ඉවත් කෙරේ. ඔබ “යවන්න” තේරූ විට ඔබ ලියූ දේ තබා ගැනේ.
form-kept = ඔබ නැවත පිවිස ඇත. ඔබ පිරවූ දේ තබාගෙන ඇත. එය පරීක්ෂා කර ඉදිරියට යන්න.
error-word = දෝෂයකි
error-title = ගැටලුවක් ඇත
error-decision = බෙදා ගන්නවාද නැද්ද යන්න තෝරන්න
error-optional = බෙදා ගන්නා දේ තෝරන්න, නැතහොත් “බෙදා නොගන්න” තෝරන්න
error-length = ඔවුන්ට ඔබේ තොරතුරු කොපමණ කලක් ලබා ගත හැකිදැයි තෝරන්න
back-unknown = ආපසු යාමට දුන් ලිපිනය, { $application } අපට දුන් එකක් නොවේ. ඒ නිසා මෙහි එයට සබැඳියක් නැත.

## The answer

sharing-title = ඔබ දැන් ඔබේ තොරතුරු බෙදා ගනී
sharing-some-title = ඔබ දැන් ඔබේ තොරතුරුවලින් කිහිපයක් බෙදා ගනී
sharing-panel = { $body } සමඟ, { $until } දක්වා
sharing-what = ඔබ බෙදා ගන්නා දේ
sharing-left-out = ඔබ බෙදා නොගත් දේ
sharing-stop = ඔබට ඕනෑම විටක නවත්වන්න පුළුවන්. { $link }.
sharing-stop-link = විස්තර බලන්න, නැතහොත් නවත්වන්න
item-from = { $label }, { $provider } වෙතින්
reference = ඔබේ යොමු අංකය: { $reference }
continue = { $application } වෙත යන්න
no-title = ඔබ එපා කිව්වා
no-only = { $bodyFirst } වෙත මේවා නොලැබේ:
no-only-rest = ඔබ එපා කී බව ඔවුන්ට දන්වනු ලැබේ. ඔබ කලින් බෙදා ගත් දේ වෙනස් වී නැත.
no-all = { $bodyFirst } වෙත ඔබේ තොරතුරු නොලැබේ. ඔබ එපා කී බව ඔවුන්ට දන්වනු ලැබේ.
no-quiet = { $date } දක්වා ඔවුන්ට මේ සඳහා නැවත ඉල්ලිය නොහැකිය.
no-unexpected = ඔබ මෙය ඉල්ලුවේ නැති බව අපට කිව්වා. { $portal } පවත්වාගෙන යන අයට පෙනෙන ලෙස අපි එය සලකුණු කළා.
no-unexpected-told = ඔබ මෙය ඉල්ලුවේ නැති බව අපට කීවා. අපි එය { $portal } පවත්වාගෙන යන අයට සලකුණු කර ඇත. { $body } වෙත ද දන්වමු.
change-mind = මගේ තීරණය වෙනස් කරන්න
answered-title = ඔබ දැනටමත් මෙයට පිළිතුරු දී ඇත
answered-asked = { $bodyFirst } ඔබේ තොරතුරු ඉල්ලුවේ { $why }.
answered-yes = ඔබ ඔව් කිව්වේ { $at }ටයි.
answered-no = ඔබ එපා කිව්වේ { $at }ටයි.
answered-stop = ඔබ බෙදා ගැනීම නැවැත්වූයේ { $at }ටයි.
answered-narrow = ඔබ බෙදා ගන්නා දේ වෙනස් කළේ { $at }ටයි.
answered-can-get = { $until } දක්වා ඔවුන්ට මේවා ලබා ගත හැකිය:
answered-nothing = දැන් ඔවුන් සමඟ කිසිවක් බෙදා නොගනී.
ended-request-title = මෙම ඉල්ලීම අවසන් වී ඇත
ended-request = එය අවසන් වූයේ { $at }ටයි. කිසිවක් බෙදා ගත්තේ නැත.
ended-request-more = එය අවසන් වූයේ { $at }ටයි. අලුතින් කිසිවක් බෙදා ගත්තේ නැත.
ended-sharing-title = මෙම බෙදා ගැනීම අවසන් වී ඇත
ended-sharing = එය අවසන් වූයේ { $at }ටයි. { $bodyFirst } වෙත තවදුරටත් අපෙන් ඔබේ තොරතුරු නොලැබේ.
ended-again = ඔබට තවමත් ඔබේ තොරතුරු බෙදා ගැනීමට අවශ්‍ය නම්, { $application } වෙත ආපසු ගොස් නැවත ආරම්භ කරන්න.
cancelled-title = { $bodyFirst } තවදුරටත් ඔබේ පිළිතුරක් බලාපොරොත්තු නොවේ
cancelled = කිසිවක් බෙදා ගත්තේ නැත.
cancelled-more = අලුතින් කිසිවක් බෙදා ගත්තේ නැත.

## What a person shares

mine-title = ඔබ බෙදා ගන්නා දේ
mine-title-ended = ඔබ බෙදා ගන්නා දේ: අවසන් වූ
mine-title-no = ඔබ බෙදා ගන්නා දේ: එපා කී
mine-tabs = බෙදා ගැනීම
mine-now = දැන්
mine-ended = අවසන් වූ
mine-no = එපා කී
mine-waiting = ඔබේ පිළිතුර බලාපොරොත්තුවෙන්
mine-sharing = දැන් බෙදා ගන්නා
mine-asked-by = ඉල්ලුවේ
mine-why = හේතුව
mine-what = මොනවාද
mine-ends = අවසන් වන්නේ
mine-used = අන්තිමට ලබා ගත්තේ
mine-used-never = තවම ලබාගෙන නැත
mine-used-before = { $date } සිට ලබාගෙන නැත
mine-used-unknown = මෙය දැන් කිව නොහැක
mine-answer-by = පිළිතුරු දිය යුත්තේ
mine-said-no-at = ඔබ එපා කිව්වේ
mine-unexpected = { $at }. ඔබ මෙය ඉල්ලුවේ නැති බව කීවා.
mine-stopped-at = ඔබ නැවැත්වූයේ
mine-ended-at = අවසන් වූයේ
mine-answer = පිළිතුරු දෙන්න
mine-details-and-stop = විස්තර බලන්න, නවත්වන්න
mine-details = විස්තර බලන්න
mine-nothing-now = ඔබ දැන් කිසිවක් බෙදා නොගනී.
mine-nothing-ended = ඔබ බෙදා ගත් කිසිවක් අවසන් වී නැත.
mine-nothing-no = ඔබ කිසිවෙකුට එපා කියා නැත.
mine-link = ඔබ බෙදා ගන්නා දේ බලන්න
detail-sharing = { $body } සමඟ බෙදා ගැනීම
detail-no = ඔබ { $body } වෙත එපා කිව්වා
detail-stopped = ඔබ { $body } සමඟ බෙදා ගැනීම නැවැත්වුවා
detail-not-sharing = { $body } සමඟ බෙදා නොගනී
detail-waiting = ඔවුන් ඔබ ගැන තොරතුරු ඉල්ලයි. { $link }
detail-waiting-more = ඔවුන් තවත් ඉල්ලයි. { $link }
detail-answer = පිළිතුරු දෙන්න
detail-can-get = { $bodyInFull } පවත්වාගෙන යන { $application } මගින් රජය සතුව ඇති ඔබේ තොරතුරු ලබා ගත හැකිය.
detail-asked-for = { $bodyInFull } පවත්වාගෙන යන { $application }, රජය සතුව ඇති ඔබේ තොරතුරු ඉල්ලුවා.
detail-shared-title = ඔවුන්ට ලබා ගත හැකි දේ
detail-until = { $until } දක්වා
detail-since = { $since } සිට
detail-choose-again = මේවා ගැන නැවත තෝරන්න
detail-refused-title = ඔවුන්ට නොලැබෙන දේ
detail-uses-title = ඔවුන් එය ඉල්ලූ විට
detail-uses-all = ඔවුන් ඉල්ලූ සෑම අවස්ථාවක්ම බලන්න
detail-uses-unknown = මෙය දැන් පෙන්විය නොහැක. ඔබේ තොරතුරු ලබා ගත්තේ කවුද යන වාර්තාව පිළිතුරු දෙන්නේ නැත.
then-title = ඔබ කැමති වූ විට ඔබට කියූ දේ
then-at = ඔබ කැමති වූයේ { $at }ටයි. මේ එදා වචනයි.
detail-happened = මේ දක්වා සිදු වූ දේ
detail-contact = { $body } වෙතින් යමක් ඇසීමට අමතන්න: { $contact }.
happened-reopened = ඔබ නැවත පිළිතුරු දීමට තෝරා ගත්තා.
happened-asked =
    { $number ->
        [one] ඔවුන් එක් දෙයක් ඉල්ලුවා.
       *[other] ඔවුන් දේවල් { $number }ක් ඉල්ලුවා.
    }
happened-shared =
    { $number ->
        [one] ඔබ { $end } දක්වා එක් දෙයක් බෙදා ගත්තා.
       *[other] ඔබ { $end } දක්වා දේවල් { $number }ක් බෙදා ගත්තා.
    }
happened-left-out =
    { $number ->
        [one] ඔබ එක් දෙයක් අත්හැරියා.
       *[other] ඔබ දේවල් { $number }ක් අත්හැරියා.
    }
happened-no = ඔබ එපා කිව්වා.
happened-unexpected = ඔබ එපා කිව්වා. ඔබ මෙය ඉල්ලුවේ නැති බවත් කිව්වා.
happened-blocked = ඔවුන්ට ඉල්ලීමට ඔබ ඉඩ නොදෙන නිසා, ඔබෙන් ඇසුවේ නැහැ.
happened-stopped = ඔබ බෙදා ගැනීම නැවැත්වුවා.
happened-stopped-some =
    { $number ->
        [one] ඔබ එක් දෙයක් බෙදා ගැනීම නැවැත්වුවා.
       *[other] ඔබ දේවල් { $number }ක් බෙදා ගැනීම නැවැත්වුවා.
    }
happened-shorter = ඔබ අඩු කලක් තේරුවා, { $end } දක්වා.
happened-ended = ඒ වන විට එය අවසන් වී තිබුණා.
happened-superseded = ඔබේ කලින් පිළිතුර වෙනුවට ඊළඟ පිළිතුර වලංගු විය.

## Stopping

stop-button = බෙදා ගැනීම නවත්වන්න
keep-button = දිගටම බෙදා ගන්න
stop-some-button = එක් දෙයක් නවත්වන්න
less-time-button = අඩු කලකට බෙදා ගන්න
stop-title = { $body } සමඟ බෙදා ගැනීම නැවැත්වීමට ඔබට අවශ්‍යද?
stop-effect = ඔවුන්ට තවදුරටත් අපෙන් ඔබේ තොරතුරු ලබා ගත නොහැකිය. මෙය වහාම ක්‍රියාත්මක වේ.
stop-have = ඔවුන්ට දැනටමත් ඇති දේ ඔවුන් තබා ගනී. { $retention } එය මකා දමන ලෙස කීමට ඔවුන් අමතන්න: { $contact }.
stopped-title = ඔබ { $body } සමඟ බෙදා ගැනීම නවත්වා ඇත
stopped-at = ඔබ නැවැත්වූයේ { $at }ටයි. ඔවුන්ට තවදුරටත් අපෙන් ඔබේ තොරතුරු ලබා ගත නොහැකිය.
stopped-told = ඔබ නැවැත්වූ බව අපි { $application } වෙත දන්වමු, බොහෝ විට මිනිත්තුවක් ඇතුළත.
stopped-quiet = { $date } දක්වා ඔවුන්ට මේ සඳහා නැවත ඉල්ලිය නොහැකිය. ඔබට ඕනෑම විටක { $link } පුළුවන්.
stopped-change-mind = ඔබේ තීරණය වෙනස් කරන්න
some-title = { $body } සමඟ බෙදා ගැනීම නැවැත්වීමට අවශ්‍ය මොනවාද?
some-hint = එකක් හෝ කිහිපයක් තෝරන්න. අනෙක්වා ඔවුන්ට තවදුරටත් ලබා ගත හැකිය.
some-needed = { $provider } වෙතින්. මෙය නැතිව ඉදිරියට යා නොහැකි බව ඔවුන් පවසයි.
some-button = මේවා බෙදා ගැනීම නවත්වන්න
some-error = බෙදා ගැනීම නැවැත්විය යුතු දේ තෝරන්න
less-title = { $body } මගින් ඔබේ තොරතුරු කොපමණ කලක් ලබා ගත හැකිද?
less-now = දැනට ඔවුන්ට { $until } දක්වා එය ලබා ගත හැකිය. ඔබට තෝරා ගත හැක්කේ අඩු කලක් පමණයි.
less-none = තෝරා ගැනීමට අඩු කලක් නැත. ඔබට දැන් නවත්වන්න පුළුවන්.
less-button = කාලය වෙනස් කරන්න
less-error = අඩු කලක් තෝරන්න
changed-title = ඔබ { $body } සමඟ බෙදා ගන්නා දේ වෙනස් කර ඇත
changed-at = ඔබ එය වෙනස් කළේ { $at }ටයි. එය වහාම ක්‍රියාත්මක වේ.

## Who holds information

sources-title = ඔබ ගැන තොරතුරු තබා ගන්නේ කවුද
sources-lead = මේ ආයතන මිනිසුන් ගැන තොරතුරු තබා ගනී. ඔබ ඔව් කී විට, { $portal } හරහා ඔවුන්ට ඒවා බෙදා ගත හැකිය.
sources-keeps = තබා ගන්නා දේ
sources-contact = අමතන ආකාරය
sources-corrections = යමක් වැරදි නම්
sources-ask = එය නිවැරදි කරන ලෙස ඔවුන්ට කියන්න.
sources-copy = { $portal } ඒ කිසිවක් තබා නොගනී.

## Who got what

history-title = ඔබේ තොරතුරු ලබා ගත්තේ කවුද
history-title-part = ඔබේ තොරතුරු ලබා ගත්තේ කවුද ({ $part })
history-part = { $total } න් { $first } සිට { $last } දක්වා
history-link = ඔබේ තොරතුරු ලබා ගත්තේ කවුදැයි බලන්න
history-lead = යමෙක් අපෙන් ඔබ ගැන තොරතුරු ඉල්ලන සෑම විටම අපි එය සටහන් කරමු. මේ ඒ ලැයිස්තුවයි.
history-narrow = මෙයින් කොටසක් පමණක් පෙන්වන්න
history-who = කවුද
history-everybody = සියල්ලෝම
history-from = සිට
history-from-hint = පළමු දිනය
history-until = දක්වා
history-until-hint = අවසාන දිනය
history-show = පෙන්වන්න
history-show-all = සියල්ල පෙන්වන්න
history-answer = මේ ඔබේ එක පිළිතුරක් මත පදනම් වූ දේ පමණයි. { $link }
history-error-from = 2026-11-21 වැනි, නිවැරදි පළමු දිනයක් ඇතුළත් කරන්න
history-error-until = 2026-11-21 වැනි, නිවැරදි අවසාන දිනයක් ඇතුළත් කරන්න
history-error-order = අවසාන දිනය පළමු දිනයට පෙර විය නොහැක
history-behind = අලුත්ම ඒවා තවම එකතු වෙමින් පවතී. මිනිත්තු කිහිපයකින් නැවත බලන්න.
history-for = { $bodyFirst }, { $application } සඳහා
history-result = ප්‍රතිඵලය
history-got = ඔවුන්ට එය ලැබුණා
history-got-some = ඔවුන්ට එයින් කොටසක් ලැබුණා
history-nothing-found = කිසිවක් හමු වූයේ නැත
history-failed = ඔවුන්ට එය ලැබුණේ නැත: ලේඛනයක් පිළිතුරු දුන්නේ නැත
history-explained = ඔවුන් ඇසුවේ ලබා ගත හැක්කේ මොනවාද යන්න පමණයි
history-refused = ඔවුන්ට එය දුන්නේ නැත
history-not-shared = ඔබ එය බෙදා නොගැනීමට තෝරා ගත්තා
history-stopped = ඔබ එය බෙදා ගැනීම නැවැත්වුවා
history-no-yes = ඔබ කැමති බව කියා තිබුණේ නැත
history-not-allowed = එය ලබා ගැනීමට ඔවුන්ට අවසර නැත
history-explained-one = ඔවුන් ඇසුවේ එය ලබා ගත හැකිද යන්න පමණයි
history-no-answer = ලේඛනය පිළිතුරු දුන්නේ නැත
history-not-got = ඔවුන්ට එය ලැබුණේ නැත
history-you-said-yes = ඔබ කැමති බව කිව්වා
history-you-said-yes-on = { $date } දින ඔබ කැමති බව කිව්වා
history-needs-yes = මේ සඳහා ඔබේ කැමැත්ත අවශ්‍යයි.
history-what-you-said = ඔබ කී දේ බලන්න
history-law = නීතිය: { $law }, { $section }
history-court = අධිකරණයක් එය නියම කළා: { $court }, { $reference }
history-open = මේ සඳහා කාගෙන්වත් ඇසිය යුතු නැත
history-nothing-chosen = ඔබ තේරූ කිසිවක් ලැයිස්තුවේ නැත.
history-nobody = කිසිවෙක් අපෙන් ඔබ ගැන තොරතුරු ඉල්ලා නැත.
history-pages = පිටු
history-newer = අලුත් ඒවා
history-older = පැරණි ඒවා
history-not-shown = නීතිය අනුව, සමහර බැලීම් තවම පෙන්විය නොහැක.
history-keep = ලැයිස්තුව තබා ගන්න: { $table } හෝ { $programs }.
history-keep-table = වගුවක් ලෙස (CSV)
history-keep-programs = වැඩසටහන් සඳහා (JSON)
history-cut = ගොනුවක ඇත්තේ අලුත්ම { $most } පමණයි. පැරණි ඒවා ගැනීමට දින තෝරන්න.
history-time = වේලාව (ISO 8601)
history-number = අංකය
use-got = { $date } දින { $bodyFirst } ඔබේ තොරතුරු ලබා ගත්තා
use-asked = { $date } දින { $bodyFirst } ඔබේ තොරතුරු ඉල්ලුවා
use-when = කවදාද
use-what = ඔවුන් ඉල්ලූ දේ
use-number = මෙම ඉල්ලීමේ අංකය: { $number }
wrong-title = මෙය වැරදියි කියා මම සිතමි
wrong-lead = වැරදි දේ ලියන්න. { $portal } හි දත්ත ආරක්ෂණ නිලධාරියා එය කියවයි. ඉල්ලූ දේ ඔහුට හෝ ඇයට බැලිය හැකියි.
wrong-label = වැරදි කුමක්ද?
wrong-hint = ඔබට පිළිතුරක් අවශ්‍ය නම්, අපට ඔබව සම්බන්ධ කර ගත හැකි ආකාරය කියන්න.
wrong-button = යවන්න
wrong-error-nothing = වැරදි දේ ලියන්න
wrong-error-long = අකුරු 2,000කට වඩා ලියන්න එපා
sent-title = අපි මෙය ඉදිරිපත් කළා
sent-lead = { $portal } හි දත්ත ආරක්ෂණ නිලධාරියා ඔබ ලියූ දේ කියවනු ඇත. එය තබා ගන්නා අතර කිසිවෙකුට එය වෙනස් කළ නොහැක.
also-complain = ඔබට මෙතැනට ද පැමිණිලි කළ හැකියි: { $complaints }.

## What is got without asking

notice-title = { $bodyFirst } ඔබ ගැන තොරතුරු ලබා ගනී
notice-lead = { $bodyInFull } පවත්වාගෙන යන { $application }, රජය සතුව ඇති ඔබේ තොරතුරු ලබා ගනී. නීතිය නිසා ඔබෙන් අසන්නේ නැත.
notice-law = නීතිය:
notice-court = අධිකරණයක් එය නියම කළා:
notice-court-until = { $court }, { $reference }, { $until } දක්වා.
notice-only = ඔවුන්ට එය වෙන කිසිවකට යොදා ගත නොහැකිය.
notice-what = ඔවුන් ලබා ගන්නා දේ
notice-under-law = { $law }, { $section } යටතේ:
notice-under-order = { $court } හි නියෝගයෙන්, { $reference }:
notice-object-title = විරුද්ධ වන ආකාරය

## Whom a person does not want to be asked by

block-link = ඔවුන්ට නැවත ඉල්ලීමට ඉඩ නොදෙන්න
block-title = { $body } ඔබෙන් ඉල්ලීම නවත්වන්නද?
block-effect = { $application } වෙත ඔබෙන් තවත් කිසිවක් ඉල්ලීමට නොහැකි වේ. ඔවුන් උත්සාහ කරන සෑම විටම අපි එපා කියමු.
block-shared = ඔබ දැන් ඔවුන් සමඟ බෙදා ගන්නා දේ වෙනස් නොවේ. ඔබට එයත් නවත්වන්න පුළුවන්.
block-button = ඔවුන්ට ඉල්ලීමට ඉඩ නොදෙන්න
block-keep = ඔවුන්ට ඉල්ලීමට ඉඩ දෙන්න
blocked-lead = { $application } වෙත ඔබෙන් ඉල්ලීමට ඔබ ඉඩ දෙන්නේ නැත.
blocked-since = { $since } සිට
settings-blocked-title = ඔබ ඉල්ලීමට ඉඩ නොදෙන අය
settings-unblock-button = ඔවුන්ට නැවත ඉල්ලීමට ඉඩ දෙන්න

## Settings

settings-title = සැකසුම්
settings-language = භාෂාව
settings-language-lead = මේ පිටු කියවන භාෂාව:
settings-sign-out-title = ඔබ පිවිස සිටින තැන්
settings-sign-out-lead = මේ උපාංගයෙනුත් අනෙක් සියලු උපාංගවලිනුත් එකවර ඉවත් වන්න පුළුවන්.
settings-sign-out-button = සියලු තැන්වලින් ඉවත් වන්න
settings-sign-in-lead = ඔබ මෙහි පිවිස නැත.

## Signing out

out-title = ඉවත් වීමට අවශ්‍යද?
out-lead = ඔබ { $name } ලෙස පිවිස ඇත (හැඳුනුම්පත් අංකය අවසන් වන්නේ { $ending }). මේ ඔබ නොවේ නම්, ඉවත් වන්න. ඉන්පසු ඔබ ලෙස පිවිසෙන්න පුළුවන්.
out-button = ඉවත් වන්න
out-stay = පිවිස සිටින්න
out-done-title = ඔබ ඉවත් වී ඇත
out-done = ඔබ කවුදැයි { $provider } නැවත අසයි.
out-everywhere = ඔබ සියලු උපාංගවලින් ඉවත් වී ඇත.
out-other = වෙනත් අයෙකු ලෙස පිවිසෙන්න

## What went wrong

missing-title = මෙම ඉල්ලීම අපට සොයා ගත නොහැකිය
missing-check = ඔබ නිවැරදි පුද්ගලයා ලෙස පිවිස ඇත්දැයි බලන්න. ඔබ { $name } ලෙස පිවිස ඇත (හැඳුනුම්පත් අංකය අවසන් වන්නේ { $ending }).
missing-help = උපකාර ලබා ගන්න
no-page-title = පිටුව හමු නොවීය
no-page = ඔබ ලිපිනය ටයිප් කළා නම්, එය නිවැරදිදැයි බලන්න.
not-accepted-title = ඔබේ පිළිතුර අපට භාර ගත නොහැකි විය
not-accepted = පිටුව වැඩි වේලාවක් විවෘතව තිබුණා, නැතහොත් ඔබ ඒ අතරේ නැවත පිවිසුණා. කිසිවක් වෙනස් වූයේ නැත.
not-accepted-again = ආපසු ගොස්, පිටුව නැවත විවෘත කර, නැවත පිළිතුරු දෙන්න.
too-large = එවූ දේ පිළිතුරකට වඩා විශාලයි. කිසිවක් වෙනස් වූයේ නැත.
not-signed-in-title = ඔබ පිවිස නැත
not-signed-in = { $provider } ඔබට පිවිසීමට ඉඩ දුන්නේ නැත, නැතහොත් වැඩි වේලාවක් ගත විය. කිසිවක් වෙනස් වූයේ නැත.
not-recognised-title = ඔබ කවුදැයි අපි නොදනිමු
not-recognised = ඔබ පිවිසියා. නමුත් { $provider } අපට භාවිත කළ හැකි හැඳුනුම්පත් අංකයක් දුන්නේ නැත.
no-provider-title = ඔබට දැන් පිවිසිය නොහැකිය
no-provider = { $provider } පිළිතුරු නොදේ. මිනිත්තු කිහිපයකින් නැවත උත්සාහ කරන්න.
no-ledger-title = මෙය දැන් ක්‍රියා නොකරයි
no-ledger = කිසිවක් වෙනස් වූයේ නැත. මිනිත්තු කිහිපයකින් නැවත උත්සාහ කරන්න.
no-record-title = ඔබට මෙය දැන් බැලිය නොහැක
no-record = ඔබේ තොරතුරු ලබා ගත්තේ කවුද යන්න පිළිබඳ සටහන් පොත පිළිතුරු දෙන්නේ නැත.
our-mistake-title = යමක් වැරදුණා
our-mistake = මෙය අපේ වරදක්, ඔබේ නොවේ. මිනිත්තු කිහිපයකින් නැවත උත්සාහ කරන්න.
try-again = නැවත උත්සාහ කරන්න
trace = ඔබ උපකාර ඉල්ලන්නේ නම්, මේ අංකය අපට කියන්න: { $number }

## Help

help-title = උපකාර
help-asked-title = යමෙක් මගේ තොරතුරු ඉල්ලයි
help-asked = ඉල්ලන්නේ කවුද, මොනවාද, ඇයිද යන්න කියවන්න. ඉන්පසු තෝරන්න. ඔබට එපා කියන්නත්, පසුව නවත්වන්නත් පුළුවන්.
help-asked-unexpected = ඔබ ඔවුන් සමඟ කිසිවක් ආරම්භ කළේ නැත්නම්, “මම මෙය ඉල්ලුවේ නැහැ” තෝරන්න.
help-stop-title = මට නවත්වන්න ඕනෑ
help-stop = { $link } විවෘත කර, ආයතනය තෝරා, “බෙදා ගැනීම නවත්වන්න” තෝරන්න. එය වහාම ක්‍රියාත්මක වේ.
help-other-way = මේ පිටු නැතිවත් ඔබට නවත්වන්න පුළුවන්: { $otherWay }.
help-wrong-title = මගේ තොරතුරු වැරදියි
help-wrong = { $portal } ඔබේ තොරතුරු තබා නොගන්නා නිසා, අපට ඒවා නිවැරදි කළ නොහැකිය. ඒවා තබා ගන්නා ආයතනයෙන් ඉල්ලන්න. { $link }.
help-sign-in-title = මට පිවිසෙන්න බැහැ
help-sign-in = ඔබ පිවිසෙන්නේ { $provider } සමඟයි. ඔබේ මුරපදය ගැන උපකාර කළ හැක්කේ ඔවුන්ට පමණයි.
help-complain-title = මට පැමිණිලි කරන්න ඕනෑ
help-complain = මෙතැනට පැමිණිලි කරන්න: { $complaints }.

## Privacy

privacy-title = පෞද්ගලිකත්වය
privacy-keep-title = අප ඔබ ගැන තබා ගන්නා දේ
privacy-keep-who = ඔබේ හැඳුනුම්පත් අංකය සහ, ඔබ පිවිස සිටින තාක්, ඔබේ නම
privacy-keep-asked = ඔබේ තොරතුරු ඉල්ලුවේ කවුද, කුමකටද, සහ ඔබ දුන් පිළිතුර
privacy-keep-given = යමක් ඉල්ලූ වේලාව, සහ එය දුන්නාද යන්න
privacy-sealed = ඔබේ හැඳුනුම්පත් අංකය සහ නම සංකේතනය කර තබා ඇත. ඔබ බෙදා ගන්නා තොරතුරු අපි තබා නොගනිමු.
privacy-path = එය තබා ගන්නා ආයතනයෙන්, ඔබ ඔව් කී අය වෙත යයි.
privacy-cookies-title = කුකී
privacy-cookies = ඔබ පිවිසෙන විට එක් කුකියක් ද, පිවිස සිටින විට එකක් ද අපි තබමු. ඔබව ඉවත් කළහොත්, හෝ ඔබ නැවත පිළිතුරු දිය යුතු නම්, එකක් ඔබ පිරවූ දේ තබා ගනී. ඔබ බ්‍රවුසරය වසන විට ඒවා යයි.
privacy-cookies-language = ඔබ භාෂාවක් තේරුවහොත්, තව එකක් එය වසරක් මතක තබා ගනී. වෙනත් කිසිවක් නැත. ඔබේ පැමිණීම් කිසිවෙක් ගණන් නොකරයි.
privacy-session-title = ඔබ පිවිස සිටින කාලය
privacy-session = ඔබ මිනිත්තු 20ක් කිසිවක් නොකළ විට ද, කෙසේ වෙතත් පැය 8කට පසුව ද, අපි ඔබව ඉවත් කරමු.
privacy-answers-title = ඔබේ පිළිතුරු
privacy-answers = අපි පිළිතුරක් වෙනස් කිරීම හෝ මැකීම නොකරමු. අලුත් පිළිතුරක් පරණ ඒවාට එකතු වන නිසා, ඔබ කී දේ ඔබට සැමවිටම බැලිය හැකිය.
privacy-complain = පැමිණිලි කිරීමට අමතන්න: { $complaints }.

## Accessibility

access-title = ප්‍රවේශ්‍යතා ප්‍රකාශය
access-lead = සෑම කෙනෙකුටම මේ පිටු භාවිත කළ හැකි වීම අපට අවශ්‍යයි. ඔබට මේවා පුළුවන් විය යුතුයි:
access-zoom = පැත්තට නොගෙන 400% දක්වා විශාල කිරීම
access-keyboard = සෑම පිටුවක්ම යතුරුපුවරුවෙන් පමණක් භාවිත කිරීම
access-scripts = ස්ක්‍රිප්ට් අක්‍රිය කර සෑම පිටුවක්ම භාවිත කිරීම: මෙහි ස්ක්‍රිප්ට් නැත
access-reader = තිර කියවනයකින් සෑම පිටුවකටම සවන් දීම
access-checked-title = අප පරීක්ෂා කළ දේ
access-checked = වැඩසටහනක් සෑම පිටුවක්ම, සෑම භාෂාවකින්ම, WCAG 2.2 AA අනුව පරීක්ෂා කරයි. එය පික්සල 1280, 390 සහ 320 තිර බලයි. එයට දෝෂ හමු නොවේ. එහෙත් කිසිදු වැඩසටහනකට සියල්ල හමු නොවේ.
access-not-yet-title = තවම ක්‍රියා නොකරන දේ
access-not-yet = තිර කියවන භාවිත කරන අය තවම මේ පිටු පරීක්ෂා කර නැත.
access-tell-title = අපට කියන්න
access-tell = { $portal } හි යමක් ඔබට ක්‍රියා නොකරයි නම්, අමතන්න: { $complaints }.

## Receipts

receipt-gate = ඔබේ රිසිට්පත බැලීමට පිවිසෙන්න
receipt-title = රිසිට්පත
receipt-lead = { $application } සමඟ ඔබේ තොරතුරු බෙදා ගැනීම ගැන ඔබ තීරණය කළ දේ මෙයයි.
receipt-download = අත්සන් කළ රිසිට්පත බාගන්න
receipt-back = විස්තර වෙත ආපසු
receipt-print = මේ පිටුව මුද්‍රණය කිරීමට හෝ PDF ලෙස සුරැකීමට, ඔබේ බ්‍රවුසරයේ “මුද්‍රණය” භාවිත කරන්න.
receipt-check-title = එය පරීක්ෂා කරන ආකාරය
receipt-check = ඔබ බාගත් ගොනුව දෙන ඕනෑම කෙනෙකුට, අප එය අත්සන් කළ බවත් එහි කිසිවක් වෙනස් නොකළ බවත් { $link } හි පරීක්ෂා කළ හැකිය. මේ පිටුව පමණක් අත්සන් කර නැත.
receipt-link = ඔබේ රිසිට්පත බලන්න, මුද්‍රණය කරන්න, නැතහොත් බාගන්න
receipt-your = ඔබේ රිසිට්පත
receipt-after-yes = { $link } මේ සියල්ල පවසයි. එය අප අත්සන් කර ඇත.
receipt-after-stop = { $link } ද එසේ පවසයි.
help-receipt-title = මගේ තීරණය පෙන්වන්න ඕනෑ
help-receipt = ඔබ බෙදා ගන්නා සෑම දෙයකටම අප අත්සන් කළ රිසිට්පතක් ඇත. එය විස්තර සමඟ ඇත. ඔබෙන් එය ලබන අයට { $link } පුළුවන්.
help-receipt-link = එය පරීක්ෂා කරන්න

## What a receipt says

record-whose = කාගේ තොරතුරුද
record-person = හැඳුනුම්පත් අංකය { $ending } ලෙස අවසන් වන පුද්ගලයා
record-asked-by = ඉල්ලුවේ
record-run-by = පවත්වාගෙන යන්නේ
record-why = හේතුව
record-ground = කුමන පදනමකින්ද
record-ground-yes = පුද්ගලයා ඔව් කිව්වා
record-given = ඔව් කිව්වේ
record-ends = අවසන් වන්නේ
record-ended = අවසන් වූයේ
record-state = තත්ත්වය
record-state-given = බෙදා ගනී
record-state-narrowed = බෙදා ගනී, එහෙත් මුලට වඩා අඩුවෙන්
record-state-withdrawn = නවත්වා ඇත
record-state-ended = අවසන් වී ඇත
record-shared = බෙදා ගන්නා දේ
record-not-shared = තවදුරටත් බෙදා නොගන්නා දේ
record-left-out = පුද්ගලයා බෙදා නොගත් දේ
record-shared-until = { $until } දක්වා බෙදා ගත්තා
record-happened = සිදු වූ දේ
record-keep = ඔවුන් එය තබා ගන්නා කාලය
record-see = එය බලන හෝ නවත්වන ආකාරය
record-see-at = මෙය කළ හැක්කේ ඒ පුද්ගලයාට පමණයි: { $link }.
record-other-way = අන්තර්ජාලය නැතිව: { $otherWay }.
record-complain-title = පැමිණිලි කරන ආකාරය
record-signed-title = එය අත්සන් කළ ආකාරය
record-signed-by = අත්සන් කළේ
record-signed-at = අත්සන් කළ වේලාව
record-reference = යොමු අංකය
record-step = { $reference }, පියවර { $step }
record-what-shown = පෙන්වූ දේ
record-page = “{ $language }” භාෂාවේ පිටුව, එහි SHA-256 { $hash }
record-signed-in = පිවිසියේ { $at }ටයි
record-strength = පිවිසීමේ ශක්තිය: { $strength }
record-no-page = ප්‍රශ්නය පෙන්වූයේ වෙනත් පිටුවකිනි. එහි කී දේ මෙහි සටහන් කර නැත.
record-key = යතුර
told-reopened =
    { $number ->
        [one] එක් දෙයක් ගැන නැවත පිළිතුරු දීමට තෝරා ගත්තා.
       *[other] දේවල් { $number }ක් ගැන නැවත පිළිතුරු දීමට තෝරා ගත්තා.
    }
told-asked =
    { $number ->
        [one] එක් දෙයක් ඉල්ලා තිබුණා.
       *[other] දේවල් { $number }ක් ඉල්ලා තිබුණා.
    }
told-yes =
    { $number ->
        [one] { $end } දක්වා එක් දෙයකට ඔව් කිව්වා.
       *[other] { $end } දක්වා දේවල් { $number }කට ඔව් කිව්වා.
    }
told-no =
    { $number ->
        [one] එක් දෙයකට එපා කිව්වා.
       *[other] දේවල් { $number }කට එපා කිව්වා.
    }
told-less =
    { $number ->
        [one] එක් දෙයක් බෙදා ගැනීම නැවැත්වුවා.
       *[other] දේවල් { $number }ක් බෙදා ගැනීම නැවැත්වුවා.
    }
told-shorter = අඩු කලක් තේරුවා, { $end } දක්වා.
told-stopped = බෙදා ගැනීම නැවැත්වුවා.
told-ended =
    { $number ->
        [one] ඒ වන විට එක් දෙයක කාලය අවසන් වී තිබුණා.
       *[other] ඒ වන විට දේවල් { $number }ක කාලය අවසන් වී තිබුණා.
    }
told-superseded =
    { $number ->
        [one] එක් දෙයක් වෙනත් වචනවලින් නැවත ඉල්ලා තිබුණා.
       *[other] දේවල් { $number }ක් වෙනත් වචනවලින් නැවත ඉල්ලා තිබුණා.
    }

## Checking a receipt

verify-title = රිසිට්පතක් පරීක්ෂා කරන්න
verify-lead = යමෙක් ඔබට { $portal } හි රිසිට්පතක් පෙන්වුවාද? අප එය අත්සන් කළාද, එහි කිසිවක් වෙනස් කළාද යන්න මෙහි බලන්න පුළුවන්.
verify-nothing-kept = ඔබ එවන දේ අපි තබා නොගනිමු. ඔබ පිවිසීමට අවශ්‍ය නැත.
verify-file = රිසිට්පත ගොනුවක් ලෙස
verify-file-hint = එහි නම “receipt” ලෙස ආරම්භ වී “.json” ලෙස අවසන් වේ.
verify-text = නැතහොත් රිසිට්පතේ පෙළ
verify-text-hint = සියල්ල අලවන්න.
verify-button = පරීක්ෂා කරන්න
verify-yourself = අප නැතිවත් ඔබට එය පරීක්ෂා කළ හැකිය. අපේ පොදු යතුරු මෙහි ඇත: { $link }.
verify-error-nothing = ගොනුවක් තෝරන්න, නැතහොත් රිසිට්පතක් අලවන්න
verify-error-large = කුඩා ගොනුවක් තෝරන්න: කිසිදු රිසිට්පතක් මෙතරම් විශාල නොවේ
verify-another = තවත් රිසිට්පතක් පරීක්ෂා කරන්න
genuine-title = මේ රිසිට්පත සැබෑය
genuine-signed = අප එය අත්සන් කළේ { $at }ටයි
genuine-means = මෙයින් අදහස් වන්නේ
genuine-means-signed = { $portal } එය අත්සන් කළා. වෙන කිසිවෙකුට එය කළ නොහැකිය.
genuine-means-whole = එතැන් සිට එහි කිසිවක් වෙනස් කර නැත. පහත ඔබ කියවන්නේ අප අත්සන් කළ දෙයයි.
genuine-key = අප ඒ යතුර { $from } සිට භාවිත කළා.
genuine-key-old = අප ඒ යතුර { $from } සිට { $until } දක්වා භාවිත කළා. දැන් අප භාවිත කරන්නේ තවත් එකක්.
genuine-earlier =
    { $number ->
        [one] එහි ඒ තීරණය ගැනම අපේ පරණ අත්සනක් ද ඇත. එයත් සැබෑය.
       *[other] එහි ඒ තීරණය ගැනම අපේ පරණ අත්සන් { $number }ක් ද ඇත. ඒවාත් සැබෑය.
    }
genuine-means-not = මෙයින් අදහස් නොවන්නේ
genuine-not-now = දැන් එය එසේ නොවිය හැකිය. ඒ පුද්ගලයාට ඕනෑම විටක නවත්වන්න පුළුවන්.
genuine-not-who = ඒ පුද්ගලයා කවුදැයි එය නොකියයි. හැඳුනුම්පත් අංකය අවසන් වන ආකාරය පමණක් කියයි.
genuine-not-got = කිසිවෙකුට තොරතුරු ලැබුණාද යන්න එය නොකියයි.
genuine-says = එහි ඇති දේ
not-genuine-title = මේ රිසිට්පතෙන් කිසිවක් ඔප්පු නොවේ
not-genuine-advice = එය විශ්වාස නොකරන්න. වෙනත් වැඩසටහනක පිටපතක් නොව, { $portal } වෙතින් බාගත් ගොනුව ඒ පුද්ගලයාගෙන් ඉල්ලන්න.
refusal-other = එය අපේ රිසිට්පතක් නොවේ. නිවැරදි ගොනුවදැයි බලන්න.
refusal-key = අප එය අත්සන් කළේ නැත. එහි ඇත්තේ අපට කිසිදා නොතිබූ යතුරකි.
refusal-signature = අත්සන් කළ පසු එය වෙනස් කර ඇත, නැතහොත් අප එය කිසිදා අත්සන් කළේ නැත.
refusal-record = එහි පෙන්වන්නේ අප අත්සන් කළ දේ නොවේ. යමෙක් එය වෙනස් කර ඇත.
refusal-earlier = එහි ඇති පරණ අත්සන් එයට අයත් ඒවා නොවේ. යමෙක් එය වෙනස් කර ඇත.
refusal-time = අප ඒ යතුර භාවිත නොකළ කාලයක එය අත්සන් කළ බව එහි ඇත.
refusal-way = එය අත්සන් කර ඇත්තේ අප රිසිට්පත් අත්සන් නොකරන ආකාරයකටයි.
