using EventHistory.Tests.Api;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>A person with Debian's Chromium, who notices what goes wrong: script errors, failing requests, requests to somebody else.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _home;

    private Visitor(IPlaywright playwright, IBrowser browser, Uri home) => (_playwright, _browser, _home) = (playwright, browser, home);

    /// <summary>What went wrong on any page.</summary>
    public List<string> Complaints { get; } = [];

    public static Task<Visitor> Come(TestWeb web) => Come(web.Http.BaseAddress!);

    public static async Task<Visitor> Come(Uri home)
    {
        Assert.True(File.Exists(Chromium), $"{Chromium} is missing: apt-get install chromium");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        return new Visitor(playwright, browser, home);
    }

    /// <param name="theme">light or dark.</param>
    public async Task<IPage> Open(int width = 1360, string theme = "light", bool scripts = true)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = _home.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            JavaScriptEnabled = scripts,
            TimezoneId = "Europe/Berlin",
            ReducedMotion = ReducedMotion.Reduce,
        });
        await context.AddCookiesAsync([new() { Name = "theme", Value = theme, Url = _home.ToString() }]);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Complaints.Add($"{page.Url}: {error}");
        page.Console += (_, message) => { if (message.Type is "error" or "warning") Complaints.Add($"{page.Url}: {message.Text}"); };
        page.RequestFailed += (_, request) => { if (request.Failure != "net::ERR_ABORTED") Complaints.Add($"{request.Url}: {request.Failure}"); }; // whoever leaves a page aborts
        page.Request += (_, request) => { if (!_home.IsBaseOf(new Uri(request.Url))) Complaints.Add($"{page.Url} asks {request.Url}"); };
        return page;
    }

    /// <summary>What a person could not read, name or reach on the page that is open.</summary>
    public static async Task<string[]> Barriers(IPage page) => await page.EvaluateAsync<string[]>(Look);

    private const string Look = """
        () => {
          const found = []
          if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than the window: ${document.documentElement.scrollWidth}`)
          const named = e => (e.textContent.trim() || e.getAttribute('aria-label') || e.title || e.labels?.[0]?.textContent.trim() || e.getAttribute('aria-labelledby')) ?? ''
          const shown = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0
          for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=img]'))
            if (shown(e) && named(e) === '') found.push('has no name: ' + e.outerHTML.slice(0, 120))
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id)
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push('twice: #' + id)

          const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
          const over = (color, ground) => {
            brush.globalCompositeOperation = 'copy'
            brush.fillStyle = color
            brush.fillRect(0, 0, 1, 1)
            const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data
            return a === 255 || !ground ? [r, g, b, a / 255] : [r, g, b].map((c, i) => (c * a + ground[i] * (255 - a)) / 255).concat(1)
          }
          const groundOf = e => {
            const layers = []
            for (let at = e; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor)
            return layers.reduce((ground, layer) => over(layer, ground), [255, 255, 255, 1])
          }
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
          const seen = new Set()
          while (walker.nextNode()) {
            const e = walker.currentNode.parentElement
            if (seen.has(e) || !walker.currentNode.textContent.trim() || !shown(e) || e.closest('.hidden, template, svg, script')) continue
            seen.add(e)
            const style = getComputedStyle(e), ground = groundOf(e), ink = over(style.color, ground)
            const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a)
            const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700
            const contrast = (high + 0.05) / (low + 0.05)
            if (contrast < (large ? 3 : 4.5)) found.push(`contrast ${contrast.toFixed(2)}: "${e.textContent.trim().slice(0, 40)}" in ${e.tagName}.${e.className}`)
          }
          return [...new Set(found)].slice(0, 12)
        }
        """;

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
