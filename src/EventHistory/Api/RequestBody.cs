using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace EventHistory.Api;

/// <summary>Bodies of requests: read whole, for parsers of their own, and described by hand.</summary>
internal static class RequestBody
{
    /// <returns>Null: it is longer than that.</returns>
    public static async Task<ReadOnlyMemory<byte>?> Read(HttpRequest request, int mostBytes, CancellationToken ct)
    {
        var body = new MemoryStream();
        var chunk = new byte[Math.Min(mostBytes + 1, 64 * 1024)];
        while (await request.Body.ReadAsync(chunk, ct) is > 0 and var length)
        {
            body.Write(chunk, 0, length);
            if (body.Length > mostBytes)
                return null;
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    public static RouteHandlerBuilder WithBody(this RouteHandlerBuilder endpoint, Func<OpenApiSchema> schema, Func<JsonObject> example) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema(), Example = example() } },
            };
            return Task.CompletedTask;
        });
}
