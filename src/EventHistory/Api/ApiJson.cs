using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventHistory.Api;

/// <summary>JSON as the API writes it: snake_case, times as ISO 8601 in UTC with microseconds, unknown as null.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // it is served as JSON, and never inside a page
        options.NumberHandling = JsonNumberHandling.Strict; // else the description says that numbers may be strings
        options.Converters.Add(new UtcConverter());
        options.Converters.Add(new RawJsonConverter());
    }

    private sealed class UtcConverter : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Bodies are read by parsers of their own.");

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
    }

    private sealed class RawJsonConverter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Bodies are read by parsers of their own.");

        // not validated: it was when it was recorded, and its depth may be more than a validating writer takes
        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Text, skipInputValidation: true);
    }
}

/// <summary>JSON that goes out exactly as it came in: <c>\u0000</c>, lone surrogates and numbers of any length included.</summary>
internal readonly record struct RawJson(string Text);
