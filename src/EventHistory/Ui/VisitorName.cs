namespace EventHistory.Ui;

/// <summary>Who decides things in this browser: asked once, and offered the next time.</summary>
internal static class VisitorName
{
    private const string Cookie = "by";

    public static string Of(HttpContext context) => context.Request.Cookies[Cookie] ?? "";

    public static void Remember(HttpContext context, string name) =>
        context.Response.Cookies.Append(Cookie, name, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, MaxAge = TimeSpan.FromDays(365) });
}
