using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EventHistory.Ui;

/// <summary>
/// A file that pages need, embedded in the program: one of <c>Ui/Assets</c>, one from npm, or several in a row (<c>Ui/Styles</c>,
/// <c>Ui/Scripts</c>). Its address holds the hash of its content, so it may be cached for ever.
/// </summary>
internal sealed record Asset(byte[] Content, string Hash, string MediaType)
{
    private const string Folder = "assets/";

    private static readonly Dictionary<string, Asset> _all = Load();

    public static string Url(string name) => $"/assets/{name}?{_all[name].Hash}";

    public static Results<FileContentHttpResult, NotFound> Serve(string name, HttpContext context)
    {
        if (!_all.TryGetValue(name, out var asset))
            return TypedResults.NotFound();
        context.Response.Headers.CacheControl = context.Request.QueryString.Value == "?" + asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        return TypedResults.File(asset.Content, asset.MediaType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    // a resource is assets/NAME, or assets/NAME/PART: parts come in the order of their names
    private static Dictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .GroupBy(resource => resource.Split('/')[1])
            .ToDictionary(file => file.Key, file => Of(file.Key, [.. file.SelectMany(part => Read(assembly, part))]));
    }

    private static byte[] Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static Asset Of(string name, byte[] content) =>
        new(content, Convert.ToHexStringLower(SHA256.HashData(content))[..16], Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        });
}
