using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventHistory.Api;

/// <summary>What <c>/openapi/v1.json</c> says beyond the endpoints themselves.</summary>
internal static class ApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "EventHistory",
                Version = "v1",
                Description = "The recorded history of a Celery cluster. Times are ISO 8601 in UTC with microseconds, durations are seconds, "
                    + "null means unknown. Errors are problem details (RFC 9457) whose detail says what would be right.",
            };
            document.Servers = []; // wherever the document was read from
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type == typeof(RawJson))
                (schema.Type, schema.AdditionalPropertiesAllowed) = (JsonSchemaType.Object, true);
            else if (type == typeof(DateTime))
                (schema.Type, schema.Format) = (JsonSchemaType.String | (type == context.JsonTypeInfo.Type ? 0 : JsonSchemaType.Null), "date-time");
            if (schema.Properties is { } properties && type != typeof(ProblemDetails))
                schema.Required = properties.Keys.ToHashSet(); // what is unknown is null, but there
            return Task.CompletedTask;
        });
    }
}
