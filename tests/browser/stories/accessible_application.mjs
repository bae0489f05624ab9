/** Every page of the passport application, at three widths: axe finds nothing, and nobody scrolls sideways. */
import assert from "node:assert/strict";
import { start, stop } from "../please.mjs";
import { look } from "../looks.mjs";
import { beginApplication, comeBack, goToTheQuestion, share } from "../walks.mjs";
import { Visitor } from "../visitor.mjs";

export default async function tell(browser, country) {
  // Everything that is wrong is told at once, at the end.
  const found = [];
  const see = async (visitor, what) => found.push(...(await look(visitor, what)));
  const stranger = await Visitor.arrive(browser, country);
  for (const path of ["/", "/help", "/privacy", "/accessibility", "/signed-out", "/application", "/signed-in", "/no-such-page"]) {
    await stranger.open("passport", path);
    await see(stranger, path);
  }
  await stranger.open("passport", "/sign-in");
  await see(stranger, "FUDI");
  await stranger.leave();

  // Danil shares in part while the register of births is down; then the exchange is.
  const danil = await Visitor.arrive(browser, country);
  const { page } = danil;
  await beginApplication(danil, "danil");
  await see(danil, "begin");
  await danil.follow("Type everything in myself");
  await danil.at("Fill in your application");
  await see(danil, "everything by hand");
  await danil.follow("Send my application");
  await page.getByText("There is a problem").waitFor();
  await see(danil, "everything by hand, with mistakes");
  await danil.open("passport", "/application");
  await danil.follow("Fill in my application");
  await danil.at("Decide what to share with us");
  await see(danil, "decide");
  await danil.follow("Go to the Farajaland Data Exchange");
  await danil.follow("Sign in with FUDI");
  await share(danil, { all: false });
  await stop("rgd");
  await comeBack(danil);
  await danil.at("Check your details");
  const silent = page.getByText("There is no answer from the Registrar General’s Department now. You can type");
  assert(await silent.isVisible());
  await see(danil, "a register is down");
  await start("rgd");
  // The exchange leaves a register alone for a while after a failure.
  for (let tries = 0; await silent.count(); tries += 1) {
    assert(tries < 500, "the register is not asked again");
    const loaded = page.waitForEvent("load");
    await danil.follow("Try again");
    await loaded;
  }
  await danil.at("Check your details");
  await see(danil, "the form");
  await stop("exchange");
  await page.getByText("Is one of these details wrong?").click();
  await danil.follow("Get my details again");
  await danil.at("We cannot get your details now");
  await see(danil, "the exchange is down");
  await danil.follow("Type in my details");
  await danil.at("Fill in your application");
  await start("exchange");
  await danil.open("passport", "/application");
  await danil.follow("Try again");
  await danil.at("Check your details");
  await page.getByRole("radio", { name: "Male", exact: true }).check();
  await page.getByLabel("Telephone number").fill("011 555 0103");
  await danil.follow("Send my application");
  await danil.at("Application sent");
  await see(danil, "sent");
  await danil.open("passport", "/sign-out");
  await see(danil, "sign out?");
  await danil.leave();

  const ilsa = await Visitor.arrive(browser, country);
  await goToTheQuestion(ilsa, "ilsa");
  await ilsa.page.getByRole("button", { name: "Do not share" }).click();
  await ilsa.at("You said no");
  await comeBack(ilsa);
  await ilsa.at("You chose not to share");
  await see(ilsa, "she said no");
  await ilsa.leave();
  assert.deepEqual(found, []);
}
