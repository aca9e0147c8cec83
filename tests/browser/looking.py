"""What is wrong with a page as it stands in a browser."""

from pathlib import Path

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_bytes()
# From an address, so that Chromium keeps it and what it made of it.
AXE_URL = "/axe.js"
# What no page has is not looked for: frames, and sounds that would be fetched beforehand. What is wrong is looked at
# again for the words that say where, and colours that fade from one theme to the other are judged when they have.
_RUN = """async () => {
  for (let fading = [0]; fading.length; fading.forEach((one) => one.finish?.())) {
    await new Promise(requestAnimationFrame);
    fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
  }
  const look = (selectors) =>
    axe.run(document, {resultTypes: ["violations"], preload: false, iframes: false, selectors});
  const {violations} = await look(false);
  const again = violations.length ? (await look(true)).violations : [];
  return again.length ? again : violations;
}"""


def faults_of(page, width):
    """What axe knows, and whether anything sticks out."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=AXE_URL)
    found = [
        f"{violation['id']}: {violation['help']} at {violation['nodes'][0].get('target')} "
        f"{violation['nodes'][0]['failureSummary'][:300]}"
        for violation in page.evaluate(_RUN)
    ]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("the page scrolls sideways")
    return found
