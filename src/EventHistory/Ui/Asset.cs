using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EventHistory.Ui;

/// <summary>
/// A file that pages need, embedded in the program: one of <c>Ui/Assets</c>, one from npm, or several in a row (<c>Ui/Styles</c>,
/// <c>Ui/Scripts</c>). Its address holds the hash of its content, so it may be cached for ever. It is sent compressed. Pages are not: each holds what tasks
/// were given, and what the address asks for; over TLS, whoever may choose the one and see the size could guess the other (the attack called BREACH).
/// </summary>
/// <param name="Zipped">The content by gzip, which every browser takes with and without TLS; compressed once, at the start.</param>
internal sealed record Asset(byte[] Content, byte[] Zipped, string Hash, string MediaType)
{
    private const string Folder = "assets/";

    private static readonly Dictionary<string, Asset> _all = Load();

    public static string Url(string name) => $"/assets/{name}?{_all[name].Hash}";

    public static Results<FileContentHttpResult, NotFound> Serve(string name, HttpContext context)
    {
        if (!_all.TryGetValue(name, out var asset))
            return TypedResults.NotFound();
        context.Response.Headers.CacheControl = context.Request.QueryString.Value == "?" + asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.Headers.Vary = "Accept-Encoding";
        var zipped = context.Request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        if (zipped)
            context.Response.Headers.ContentEncoding = "gzip";
        return TypedResults.File(zipped ? asset.Zipped : asset.Content, asset.MediaType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\"", isWeak: true));
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

    private static byte[] Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize))
            zip.Write(content);
        return zipped.ToArray();
    }

    private static Asset Of(string name, byte[] content) =>
        new(content, Zip(content), Convert.ToHexStringLower(SHA256.HashData(content))[..16], Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        });
}
